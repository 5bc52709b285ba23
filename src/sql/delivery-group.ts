import type { Kysely } from 'kysely';
import type { NewDelivery, Recorded } from '../webhooks/inbox.ts';
import { inTransaction } from './in-transaction.ts';
import type { InsertDeliveries } from './insert-deliveries.ts';
import type { Tables } from './tables.ts';

/** Rows per statement; SQLite takes at most 32,766 values in one, PostgreSQL 65,535. */
const mostRows = 200;
const columns = 16;
if (mostRows * columns > 32_766) throw new Error('a group of deliveries does not fit one statement');

/** A statement with its values is one message to PostgreSQL, and is in memory several times while it is made. */
const mostBytes = 32 * 1024 * 1024;

/** How many of these, from the first on, are written down together. Pure. */
export function groupLength(waiting: readonly { delivery: NewDelivery }[]): number {
  let bytes = 0;
  for (const [index, { delivery }] of waiting.entries()) {
    bytes += delivery.body.byteLength;
    if (index === mostRows || (index > 0 && bytes > mostBytes)) return index;
  }
  return waiting.length;
}

/** One transaction for all; each answer says whether that delivery is new or which one it repeats. */
export async function recordGroup(
  db: Kysely<Tables>,
  group: readonly NewDelivery[],
  insert: InsertDeliveries,
): Promise<Recorded[]> {
  return inTransaction(db, async (trx) => {
    const isNew = await insert(trx, group.map(rowOf));
    const answers: Recorded[] = [];
    for (const delivery of group) {
      if (isNew.has(delivery.id)) answers.push({ outcome: 'recorded', id: delivery.id });
      else answers.push({ outcome: 'duplicate', id: await originalOf(trx, delivery) });
    }
    return answers;
  });
}

async function originalOf(db: Kysely<Tables>, delivery: NewDelivery): Promise<string> {
  const { id } = await db
    .selectFrom('deliveries')
    .select('id')
    .where('source', '=', delivery.source)
    .where('replay_of', 'is', null)
    .where((eb) =>
      eb.or([eb('delivery_id', '=', delivery.deliveryId), eb('body_sha256', '=', delivery.bodySha256)]),
    )
    .orderBy('id')
    .limit(1)
    .executeTakeFirstOrThrow();
  return id;
}

function rowOf(delivery: NewDelivery) {
  return {
    id: delivery.id,
    source: delivery.source,
    delivery_id: delivery.deliveryId,
    event: delivery.event,
    repository: delivery.repository ?? null,
    lane: delivery.repository ?? '',
    body_sha256: delivery.bodySha256,
    content_type: delivery.contentType,
    headers: JSON.stringify(delivery.headers),
    body: delivery.body,
    correlation_id: delivery.correlationId,
    received_at: delivery.receivedAtMs,
    outcome: 'pending',
    tries: 0,
    held_until: 0,
    recovered: delivery.recovered === true ? 1 : 0,
  };
}
