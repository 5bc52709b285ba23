import { hash } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { type Context, Hono } from 'hono';
import type { Log } from '../log.ts';
import type { Inbox, NewDelivery, Source } from './inbox.ts';
import { bodyReader } from './read-body.ts';
import { WebhookRefusal } from './webhook-refusal.ts';

/** What intake asks of its surroundings, whatever the provider. */
export type IntakePorts = {
  inbox: Inbox;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Makes the id of a delivery. */
  newId: () => string;
  log: Pick<Log, 'warn' | 'error'>;
  /** The largest body taken; GitHub's own limit when not given. */
  maxBytes?: number;
  /** How much of bodies over 1 MiB may be in memory while they are received, over all requests at once. */
  maxHeldBytes?: number;
};

/** Looks a request header up by its lower-case name. */
export type HeaderLookup = (name: string) => string | undefined;

/** What a verified request says of itself. */
export type Accepted = Pick<
  NewDelivery,
  'deliveryId' | 'event' | 'repository' | 'contentType' | 'headers' | 'body'
>;

/** The provider's half of intake: synchronous, without effects, and a `WebhookRefusal` for every no. */
export type IntakeProvider = {
  source: Source;
  path: string;
  /** The event a request claims to be, out of a closed set: refusals are counted by it. */
  claimedEvent(header: HeaderLookup): string;
  /**
   * Turns a request away that its headers alone condemn, before any of its body is read; else gives the way to
   * verify and read that body. Verification comes before anything is decoded or parsed.
   */
  admit(header: HeaderLookup, receivedAtMs: number): (body: Buffer) => Accepted;
};

/** GitHub sends no event over 25 MB. */
const defaultMaxBytes = 25 * 1024 * 1024;
const defaultMaxHeldBytes = 256 * 1024 * 1024;

const retryAfterSeconds = '10';

/**
 * A route that takes signed deliveries: verified, written down, then answered 202. Whoever is turned away gets a
 * problem (RFC 9457) that names what was wrong. Refusals of unproved senders are counted and not logged, so that a
 * flood of them fills no disk; the log hears of senders who hold the secret and of an inbox that is down.
 */
export function intakeRoute(provider: IntakeProvider, ports: IntakePorts): Hono {
  const { inbox, now, newId, log } = ports;
  const readBody = bodyReader({
    maxBytes: ports.maxBytes ?? defaultMaxBytes,
    maxHeldBytes: ports.maxHeldBytes ?? defaultMaxHeldBytes,
  });
  const { source, path } = provider;

  /** Throws a `WebhookRefusal`, or whatever stops the inbox from writing. */
  async function receive(context: Context, id: string, receivedAtMs: number) {
    const accept = provider.admit((name) => context.req.header(name), receivedAtMs);
    const accepted = accept(await readBody(context.req.raw));
    return await inbox.record({
      ...accepted,
      id,
      source,
      bodySha256: hash('sha256', accepted.body),
      receivedAtMs,
      correlationId: id,
    });
  }

  return new Hono()
    .post(path, async (context) => {
      const id = newId();
      const receivedAtMs = now();
      try {
        const recorded = await receive(context, id, receivedAtMs);
        const answer =
          recorded.outcome === 'duplicate' ? { id: recorded.id, duplicate: true } : { id: recorded.id };
        return jsonResponse(202, answer, { 'content-type': 'application/json', 'x-correlation-id': id });
      } catch (error) {
        if (!(error instanceof WebhookRefusal)) {
          log.error({ err: error, correlationId: id, source }, 'a verified delivery could not be recorded');
          return problem(
            id,
            503,
            'inbox-unavailable',
            'the delivery could not be written down just now; nothing was kept of it: deliver it again',
          );
        }
        const { code, status, message } = error;
        const event = provider.claimedEvent((name) => context.req.header(name));
        inbox.refuse({ source, reason: code, event, status, receivedAtMs, correlationId: id });
        if (provesItsSender(status)) {
          log.warn({ correlationId: id, source, event, code }, `a delivery was refused: ${message}`);
        }
        return problem(id, status, code, message);
      }
    })
    .all(path, () =>
      problem(newId(), 405, 'method-not-allowed', `${path} takes deliveries by POST and nothing else`),
    );
}

/** Everything malformed is found after the signature proved good; the other answers come before. */
function provesItsSender(status: number): boolean {
  return status === 400;
}

function problem(correlationId: string, status: number, code: string, detail: string): Response {
  const title = STATUS_CODES[status] ?? 'Error';
  return jsonResponse(
    status,
    { type: 'about:blank', title, status, detail, code, correlationId },
    {
      'content-type': 'application/problem+json',
      'x-correlation-id': correlationId,
      ...(status === 503 ? { 'retry-after': retryAfterSeconds } : {}),
      ...(status === 405 ? { allow: 'POST' } : {}),
    },
  );
}

/**
 * Not `context.json`: given more than one header it makes a `Headers` object, which takes @hono/node-server off
 * the fast path that plain ones stay on.
 */
function jsonResponse(status: number, body: object, headers: Record<string, string>): Response {
  return new Response(JSON.stringify(body), { status, headers });
}
