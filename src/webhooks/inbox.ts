import type { WebhookRefusalCode } from './webhook-refusal.ts';

/**
 * PORT: where deliveries are written down before they are answered.
 *
 * `record`
 * - resolves only when the delivery is durable: a crash right after must not lose it;
 * - is called for verified deliveries only, from many requests at once, and does not order them: adapters are
 *   meant to commit whatever waits in one transaction;
 * - takes a delivery as new unless one with the same (source, deliveryId) or the same (source, bodySha256) stands
 *   already. The answer to a duplicate is `duplicate` with the id of the one that stands, and nothing is written.
 *   Of two equal deliveries recorded at the same moment exactly one is `recorded`;
 * - rejects when the delivery cannot be written; the sender is then told 503. It settles well within the 10 s that
 *   GitHub waits, so an adapter puts a time limit on its store. A row that lands after such a rejection does no
 *   harm: the redelivery is a duplicate of it.
 *
 * `refuse`
 * - takes down that somebody was turned away. Anybody on the internet can cause it, any number of times, so it is
 *   synchronous, never throws, and what it keeps is bounded (counts by its few fields, a ring of the latest);
 * - must not make later deliveries duplicates: a delivery refused for a wrong secret is taken once it is mended.
 */
export type Inbox = {
  record(delivery: NewDelivery): Promise<Recorded>;
  refuse(refused: RefusedDelivery): void;
};

export type Source = 'github' | 'codecommit' | 'git';

export type Recorded = { outcome: 'recorded' | 'duplicate'; id: string };

export type NewDelivery = {
  /** Ours. Also the correlation id of all that follows from this delivery. */
  id: string;
  source: Source;
  /** The provider's own id, the same when it delivers again. */
  deliveryId: string;
  event: string;
  /** Absent when the event belongs to no repository (an organisation's, an app's). */
  repository?: string;
  /** Lower-case hex, over `body`. */
  bodySha256: string;
  contentType: string;
  /** The few worth keeping, names in lower case; never signatures or authorization. */
  headers: Record<string, string>;
  /** The JSON text as it was signed, or as it came out of the form field; never re-serialised. */
  body: Uint8Array;
  receivedAtMs: number;
  correlationId: string;
  /** It did not arrive by itself: the provider was asked for it. */
  recovered?: true;
};

/** Every field but the last two comes from a small closed set, so that counting by them stays small. */
export type RefusedDelivery = {
  source: Source;
  reason: WebhookRefusalCode;
  /** The event's name if it is one the provider documents, else `other`. Claimed, not proved, when status is 401. */
  event: string;
  status: number;
  receivedAtMs: number;
  correlationId: string;
};
