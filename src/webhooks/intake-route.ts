import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../log.ts';
import type { Inbox, NewDelivery, Recorded, Source } from './inbox.ts';
import { bodyReader } from './read-body.ts';
import { type Answer, accepted, problem, sendAnswer, settled } from './send-answer.ts';
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

/** What a verified request was that asks for no delivery, such as one that confirms a subscription. */
export type Settled = { settled: string };

/** The provider's half of intake: a `WebhookRefusal` for every no; synchronous where what it knows is enough. */
export type IntakeProvider = {
  source: Source;
  path: string;
  /** The event a request claims to be, out of a closed set: refusals are counted by it. */
  claimedEvent(header: HeaderLookup): string;
  /**
   * Turns a request away that its headers alone condemn, before any of its body is read; else gives the way to
   * verify and read that body. Verification comes before anything is decoded or parsed.
   */
  admit(header: HeaderLookup, receivedAtMs: number): (body: Buffer) => Accepted | Promise<Accepted | Settled>;
};

/** GitHub sends no event over 25 MB. */
const defaultMaxBytes = 25 * 1024 * 1024;
const defaultMaxHeldBytes = 256 * 1024 * 1024;

/** One path of the server, answered on node's own request and response. */
export type IntakeRoute = {
  path: string;
  /** Answers whatever comes, of any method. Never rejects. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
};

/**
 * A route that takes signed deliveries: verified, written down, then answered 202. Whoever is turned away gets a
 * problem (RFC 9457) that names what was wrong. Refusals of unproved senders are counted and not logged, so that a
 * flood of them fills no disk; the log hears of senders who hold the secret and of an inbox that is down.
 *
 * No framework stands before it: a delivery needs none of what one does for a request, and would pay for it.
 */
export function intakeRoute(provider: IntakeProvider, ports: IntakePorts): IntakeRoute {
  const { inbox, now, newId, log } = ports;
  const readBody = bodyReader({
    maxBytes: ports.maxBytes ?? defaultMaxBytes,
    maxHeldBytes: ports.maxHeldBytes ?? defaultMaxHeldBytes,
  });
  const { source, path } = provider;

  /** Throws a `WebhookRefusal`, or whatever stops the inbox from writing. */
  async function receive(
    request: IncomingMessage,
    id: string,
    receivedAtMs: number,
  ): Promise<Recorded | Settled> {
    const accept = provider.admit(headersOf(request), receivedAtMs);
    const accepting = accept(await readBody(request));
    const delivery = accepting instanceof Promise ? await accepting : accepting;
    if ('settled' in delivery) return delivery;
    return inbox.record({
      ...delivery,
      id,
      source,
      bodySha256: hash('sha256', delivery.body),
      receivedAtMs,
      correlationId: id,
    });
  }

  function turnAway(error: unknown, request: IncomingMessage, id: string, receivedAtMs: number): Answer {
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
    const event = provider.claimedEvent(headersOf(request));
    inbox.refuse({ source, reason: code, event, status, receivedAtMs, correlationId: id });
    if (provesItsSender(status)) {
      log.warn({ correlationId: id, source, event, code }, `a delivery was refused: ${message}`);
    }
    return problem(id, status, code, message);
  }

  async function answerTo(request: IncomingMessage, id: string): Promise<Answer> {
    if (request.method !== 'POST') {
      return problem(id, 405, 'method-not-allowed', `${path} takes deliveries by POST and nothing else`);
    }
    const receivedAtMs = now();
    try {
      const recorded = await receive(request, id, receivedAtMs);
      if ('settled' in recorded) return settled(id, recorded.settled);
      return accepted(
        recorded.outcome === 'duplicate' ? { id: recorded.id, duplicate: true } : { id: recorded.id },
      );
    } catch (error) {
      return turnAway(error, request, id, receivedAtMs);
    }
  }

  return {
    path,
    async answer(request, response) {
      const id = newId();
      sendAnswer(request, response, id, await answerTo(request, id));
    },
  };
}

function headersOf({ headers }: IncomingMessage): HeaderLookup {
  return (name) => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
}

/** Everything malformed is found after the signature proved good; the other answers come before. */
function provesItsSender(status: number): boolean {
  return status === 400;
}
