import type { RecordedDelivery } from './delivery-queue.ts';

/**
 * A delivery that this service writes into its own inbox for what no provider sends, under the source `hookline`. From
 * there on it is like any other: planned in its repository's lane, settled once, shown and replayed.
 */
export type OwnDelivery<Body = unknown> = {
  id: string;
  /** Names what it is for: the second one of that name is a duplicate. */
  deliveryId: string;
  event: 'schedule' | 'head';
  repository: string;
  body: Body;
  atMs: number;
  recovered?: true;
};

/** Only this service can have written it, so that its form needs no check. */
export function bodyOf<Body>({ body }: Pick<RecordedDelivery, 'body'>): Body {
  return JSON.parse(Buffer.from(body).toString('utf8')) as Body;
}
