import { createHmac, randomUUID } from 'node:crypto';
import { newId } from '../../../../src/ids.ts';
import { silentLog } from '../../../../src/log.ts';
import { githubWebhook } from '../../../../src/webhooks/github/github-webhook.ts';
import { type MemoryInbox, memoryInbox } from '../../../../src/webhooks/memory-inbox.ts';
import { type Askable, askable } from '../../../support/ask-listener.ts';

export const secret = "It's a Secret to Everybody";

type Options = Partial<Parameters<typeof githubWebhook>[0]>;

/** Intake over an inbox in memory. */
export function githubIntake(options: Options = {}): { app: Askable; inbox: MemoryInbox } {
  const inbox = memoryInbox();
  const { answer } = githubWebhook({
    secrets: [secret],
    inbox,
    now: () => 1_700_000_000_000,
    newId: () => newId(),
    log: silentLog,
    ...options,
  });
  return { app: askable(answer), inbox };
}

export function signatureOf(body: string | Uint8Array, key = secret): string {
  return `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
}

/** A delivery as GitHub makes it; a header given as undefined is left out. */
export async function deliver(
  app: Askable,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string | undefined> = {},
): Promise<Response> {
  const all: Record<string, string | undefined> = {
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/044aadd',
    'x-github-event': 'push',
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': signatureOf(body),
    ...headers,
  };
  const sent = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return await app.request('/webhooks/github', { method: 'POST', body, headers: sent });
}

/** Status and code of an answer that turns a delivery away. */
export async function refusalIn(
  response: Response,
): Promise<{ status: number; code: unknown; detail: string }> {
  const body: unknown = await response.json();
  const { code, detail } = { code: undefined, detail: '', ...(body instanceof Object ? body : {}) };
  return { status: response.status, code, detail: String(detail) };
}
