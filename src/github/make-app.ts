import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { messageOf, Refusal } from '../errors.ts';
import { appManifest } from './app-manifest.ts';
import { createGithubApi } from './github-api.ts';

export class MakeAppRefusal extends Refusal<'not-converted' | 'timeout'> {}

export type MadeApp = {
  id: number;
  slug: string;
  pageUrl: string;
  privateKey: string;
  webhookSecret: string;
};

const madeJson = z.object({
  id: z.int().positive(),
  slug: z.string().min(1),
  html_url: z.url(),
  pem: z.string().startsWith('-----BEGIN'),
  webhook_secret: z.string().min(1),
});

const html = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' };

/**
 * Has an App made by whoever opens the address that `onListening` is told, in a browser on this machine: a page with one
 * button leads to GitHub's form, and GitHub leads back here with a code that is good for an hour and once. `state` is what
 * nobody else knows: who comes back without it was never sent.
 * https://docs.github.com/en/rest/apps/apps#create-a-github-app-from-a-manifest
 */
export async function makeApp(options: {
  serverUrl: string;
  apiUrl: string;
  publicUrl: string;
  /** Absent: the App is of the person who makes it. */
  organization?: string;
  name: string;
  port: number;
  state: string;
  signal: AbortSignal;
  onListening: (url: string) => void;
}): Promise<MadeApp> {
  const { serverUrl, apiUrl, publicUrl, organization, name, state, signal } = options;
  const api = createGithubApi({ apiUrl });
  const made = Promise.withResolvers<MadeApp>();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', ownUrl);
    if (request.method !== 'GET' || (url.pathname !== '/' && url.pathname !== '/made')) {
      response.writeHead(404, html).end(page('There is nothing here'));
      return;
    }
    if (url.pathname === '/') {
      const place = organization === undefined ? '' : `/organizations/${encodeURIComponent(organization)}`;
      const action = `${serverUrl}${place}/settings/apps/new?state=${state}`;
      const manifest = JSON.stringify(appManifest({ name, publicUrl, redirectUrl: `${ownUrl}/made` }));
      const field = `<input type="hidden" name="manifest" value="${escaped(manifest)}">`;
      const form = `<form action="${escaped(action)}" method="post">${field}<button>Go on to GitHub</button></form>`;
      response.writeHead(200, html).end(page(`An App ${name} for ${publicUrl}`, form));
      return;
    }
    const code = url.searchParams.get('code') ?? '';
    if (!isSame(url.searchParams.get('state') ?? '', state) || !/^[\w-]{1,200}$/.test(code)) {
      response.writeHead(400, html).end(page('This is no answer to what was asked here. Begin again.'));
      return;
    }
    try {
      const text = await api.post(`/app-manifests/${code}/conversions`, {}, signal);
      const { id, slug, html_url: pageUrl, pem: privateKey, ...app } = madeJson.parse(JSON.parse(text));
      const next = `<p><a href="${escaped(`${pageUrl}/installations/new`)}">Install it on your repositories</a></p>`;
      response.writeHead(200, html).end(page(`${slug} is made. The terminal says what to set.`, next));
      made.resolve({ id, slug, pageUrl, privateKey, webhookSecret: app.webhook_secret });
    } catch (error) {
      response.writeHead(502, html).end(page('GitHub did not give the App. The terminal says why.'));
      const message = `GitHub did not give the App for the code that it sent: ${messageOf(error)}; begin again`;
      made.reject(new MakeAppRefusal('not-converted', message, { cause: error }));
    }
  }

  const server = createServer((request, response) => void answer(request, response));
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  const ownUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = () => made.reject(new MakeAppRefusal('timeout', 'nobody came back from GitHub; begin again'));
  signal.addEventListener('abort', stop, { once: true });
  try {
    options.onListening(ownUrl);
    return await made.promise;
  } finally {
    signal.removeEventListener('abort', stop);
    // What was answered last may still be on its way.
    server.close();
    server.closeIdleConnections();
  }
}

function isSame(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function page(title: string, more = ''): string {
  const said = escaped(title);
  return `<!doctype html><meta charset="utf-8"><title>hookline</title><h1>${said}</h1>${more}`;
}

function escaped(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}
