import { createHmac, randomUUID } from 'node:crypto';

export type HookContentType = 'json' | 'form';

export interface Hook {
  readonly id: number;
  readonly repository: string;
  readonly url: string;
  readonly contentType: HookContentType;
  /** Event names, or `*` for all. */
  readonly events: readonly string[];
  readonly createdAt: Date;
  /** Without one, deliveries are not signed. Rotated by setting it. */
  secret: string | undefined;
}

export interface HookOptions {
  url: string;
  secret?: string;
  contentType?: HookContentType;
  events?: readonly string[];
}

/** One attempt to deliver one event to one hook. */
export interface Delivery {
  readonly id: number;
  /** `X-GitHub-Delivery`: the same again when it is redelivered. */
  readonly guid: string;
  readonly hookId: number;
  readonly repository: string;
  readonly event: string;
  readonly action: string | undefined;
  readonly redelivery: boolean;
  readonly deliveredAt: Date;
  readonly durationMs: number;
  readonly request: { readonly headers: Readonly<Record<string, string>>; readonly body: string };
  /** Undefined when the receiver could not be reached or took longer than GitHub waits. */
  readonly response: { readonly status: number; readonly body: string } | undefined;
  readonly payload: object;
}

export interface Webhooks {
  add(repository: string, options: HookOptions): Hook;
  hooksOf(repository: string): Hook[];
  /** Sends the event to the repository's hooks that want it; ends when all have answered or failed to. */
  send(repository: string, event: string, payload: object): Promise<void>;
  sendTo(hook: Hook, event: string, payload: object): Promise<Delivery>;
  /** Sends a logged delivery again, under the same GUID, signed with the secret of now. */
  redeliver(id: number): Promise<Delivery>;
  /** All attempts, oldest first. */
  deliveries(): Delivery[];
}

/** GitHub cuts the connection after this time and counts the delivery as failed. */
const answerTimeoutMs = 10_000;

export function createWebhooks({ signal }: { signal: AbortSignal }): Webhooks {
  const hooks: Hook[] = [];
  const log: Delivery[] = [];

  async function attempt(hook: Hook, event: string, payload: object, guid: string, redelivery: boolean) {
    const deliveredAt = new Date();
    const request = signedRequest(hook, { event, guid, payload });
    const response = await post(hook.url, request, signal);
    const delivery: Delivery = {
      id: log.length + 1,
      guid,
      hookId: hook.id,
      repository: hook.repository,
      event,
      action: 'action' in payload ? String(payload.action) : undefined,
      redelivery,
      deliveredAt,
      durationMs: Date.now() - deliveredAt.getTime(),
      request,
      response,
      payload,
    };
    log.push(delivery);
    return delivery;
  }

  const hooksOf = (repository: string) => hooks.filter((hook) => hook.repository === repository);
  const sendTo = (hook: Hook, event: string, payload: object) =>
    attempt(hook, event, payload, randomUUID(), false);

  return {
    add(repository, { url, secret, contentType = 'json', events = ['*'] }) {
      const hook = {
        id: hooks.length + 1,
        repository,
        url,
        contentType,
        events,
        createdAt: new Date(),
        secret,
      };
      hooks.push(hook);
      return hook;
    },
    hooksOf,
    sendTo,
    async send(repository, event, payload) {
      const wanting = hooksOf(repository).filter(
        ({ events }) => events.includes('*') || events.includes(event),
      );
      await Promise.all(wanting.map((hook) => sendTo(hook, event, payload)));
    },
    async redeliver(id) {
      const delivery = log.find((entry) => entry.id === id);
      const hook = hooks.find((entry) => entry.id === delivery?.hookId);
      if (delivery === undefined || hook === undefined) throw new Error(`there is no delivery ${id}`);
      return attempt(hook, delivery.event, delivery.payload, delivery.guid, true);
    },
    deliveries: () => [...log],
  };
}

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers */
function signedRequest(
  hook: Hook,
  { event, guid, payload }: { event: string; guid: string; payload: object },
) {
  const json = JSON.stringify(payload);
  const isForm = hook.contentType === 'form';
  const body = isForm ? new URLSearchParams({ payload: json }).toString() : json;
  const headers: Record<string, string> = {
    accept: '*/*',
    'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
    'user-agent': 'GitHub-Hookshot/0123abc',
    'x-github-delivery': guid,
    'x-github-event': event,
    'x-github-hook-id': String(hook.id),
    'x-github-hook-installation-target-type': 'repository',
  };
  if (hook.secret !== undefined) {
    headers['x-hub-signature'] = `sha1=${createHmac('sha1', hook.secret).update(body).digest('hex')}`;
    headers['x-hub-signature-256'] = `sha256=${createHmac('sha256', hook.secret).update(body).digest('hex')}`;
  }
  return { headers, body };
}

async function post(
  url: string,
  request: Delivery['request'],
  signal: AbortSignal,
): Promise<Delivery['response']> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: request.headers,
      body: request.body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]),
    });
    return { status: response.status, body: await response.text() };
  } catch {
    return undefined;
  }
}
