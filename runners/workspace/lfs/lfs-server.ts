import { z } from 'zod';
import { authorization } from '../git-environment.ts';
import type { CheckedSource } from '../source.ts';
import type { LfsObject } from './lfs-pointer.ts';
import { asRefusal, parseJson, refusal, refusedBy } from './lfs-refusal.ts';

/** Where an object can be had. */
export type LfsDownload = LfsObject & { url: URL; headers: Readonly<Record<string, string>> };

/** Of one request to the batch API; hosts refuse more. */
export const mostObjectsAtOnce = 100;
const answerTimeoutMs = 60_000;
const mostAnswerBytes = 4 << 20;
const mostRedirects = 5;

const answerSchema = z.object({
  transfer: z.literal('basic').optional(),
  objects: z.array(
    z.object({
      oid: z.string(),
      size: z.int().nonnegative(),
      actions: z
        .object({
          download: z
            .object({ href: z.string(), header: z.record(z.string(), z.string()).optional() })
            .optional(),
        })
        .optional(),
      error: z.object({ code: z.int(), message: z.string() }).optional(),
    }),
  ),
});

/** https://github.com/git-lfs/git-lfs/blob/main/docs/api/server-discovery.md */
export function lfsServerOf(cloneUrl: string): string {
  const url = cloneUrl.replace(/\/+$/, '');
  return `${url}${url.endsWith('.git') ? '' : '.git'}/info/lfs`;
}

/**
 * Asks where objects can be downloaded, with the credential of the repository. Rejects when one of them is not there.
 * https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md
 */
export async function askForDownloads(
  source: CheckedSource,
  objects: readonly LfsObject[],
  signal: AbortSignal,
): Promise<LfsDownload[]> {
  const type = 'application/vnd.git-lfs+json';
  const response = await send(source, new URL(`${lfsServerOf(source.cloneUrl)}/objects/batch`), {
    method: 'POST',
    headers: { accept: type, 'content-type': type, ...credentialOf(source) },
    body: JSON.stringify({
      operation: 'download',
      transfers: ['basic'],
      objects: objects.map(({ oid, sizeBytes }) => ({ oid, size: sizeBytes })),
      hash_algo: 'sha256',
    }),
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]),
  });
  const text = await readText(source, response, signal);
  if (response.status !== 200) throw refusedBy(source, response.status, text);
  const answer = answerSchema.safeParse(parseJson(text));
  if (!answer.success) throw refusal(source, 'failed', 'the answer of its Git LFS server is not understood.');
  const told = new Map(answer.data.objects.map((object) => [object.oid, object]));
  return objects.map((object) => {
    const { actions, error } = told.get(object.oid) ?? {};
    if (actions?.download !== undefined) {
      const { href, header = {} } = actions.download;
      return { ...object, url: allowed(source, href), headers: header };
    }
    const why = error === undefined ? 'it gives no address for it' : `${error.code} ${error.message}`;
    const code = error === undefined || [404, 410, 422].includes(error.code) ? 'lfs-missing' : 'failed';
    throw refusal(source, code, `its Git LFS server does not have object ${object.oid}: ${why}`);
  });
}

/** The bytes of an object, unchecked. */
export async function download(
  source: CheckedSource,
  { url, headers, oid }: LfsDownload,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  let place = url;
  let sent: Record<string, string> = withoutTransport(headers);
  if (place.origin === source.url.origin && !('authorization' in sent)) {
    sent = { ...credentialOf(source), ...sent };
  }
  for (let hops = 0; hops <= mostRedirects; hops += 1) {
    const response = await send(source, place, { headers: sent, redirect: 'manual', signal });
    if (response.status === 200 && response.body) return response.body;
    const next = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || next === null) {
      throw refusedBy(source, response.status, await readText(source, response, signal), oid);
    }
    await response.body?.cancel();
    const to = allowed(source, new URL(next, place).href);
    // What was for one host is not for another.
    if (to.origin !== place.origin) sent = {};
    place = to;
  }
  throw refusal(source, 'failed', `the address of object ${oid} in Git LFS leads in circles.`);
}

function credentialOf({ credential }: CheckedSource): Record<string, string> {
  if (credential === undefined) return {};
  return { authorization: authorization(credential).slice('Authorization: '.length) };
}

function withoutTransport(headers: Readonly<Record<string, string>>): Record<string, string> {
  const ours = ['host', 'connection', 'content-length', 'transfer-encoding', 'expect', 'upgrade'];
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return Object.fromEntries(named.filter(([name]) => !ours.includes(name)));
}

/** Over https, or where the repository itself is fetched from. */
function allowed(source: CheckedSource, href: string): URL {
  const url = URL.canParse(href) ? new URL(href) : undefined;
  const isSafe = url?.protocol === 'https:' || url?.origin === source.url.origin;
  if (url && isSafe && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '')
    return url;
  throw refusal(source, 'bad-source', 'its Git LFS server sends downloads to an address that is not https.');
}

async function send(source: CheckedSource, url: URL, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch (error) {
    throw asRefusal(source, error, request.signal ?? undefined);
  }
}

async function readText(source: CheckedSource, response: Response, signal: AbortSignal): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > mostAnswerBytes) throw new Error('the answer is too long');
    }
  } catch (error) {
    throw asRefusal(source, error, signal);
  }
  return text;
}
