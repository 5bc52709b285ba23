import { type Kysely, sql } from 'kysely';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { DeliveryQueue, RecordedDelivery } from '../runs/delivery-queue.ts';
import type { Inbox, NewDelivery, Recorded } from '../webhooks/inbox.ts';
import type { Tables } from './tables.ts';

type Waiting = {
  delivery: NewDelivery;
  resolve: (recorded: Recorded) => void;
  reject: (error: unknown) => void;
};

/** Rows per statement; SQLite takes at most 32,766 values in one. */
const groupSize = 200;
const columns = 14;
if (groupSize * columns > 32_766) throw new Error('a group of deliveries does not fit one statement');

const refusalFlushMs = 1_000;

/**
 * The inbox and control's end of it. Deliveries that wait at the same moment are committed together: one flush
 * to disk serves all of them, which is what makes a durable answer cheap.
 */
export function createSqlInbox(
  db: Kysely<Tables>,
  log: Log,
): Inbox & DeliveryQueue & { close(): Promise<void> } {
  const waiting: Waiting[] = [];
  const listeners: (() => void)[] = [];
  let committing: Promise<void> | undefined;
  let refusals = new Map<string, { source: string; reason: string; count: number; last_at: number }>();
  let refusalTimer: NodeJS.Timeout | undefined;

  async function commitWaiting(): Promise<void> {
    while (waiting.length > 0) {
      const group = waiting.splice(0, groupSize);
      try {
        const recorded = await recordGroup(
          db,
          group.map(({ delivery }) => delivery),
        );
        group.forEach(({ delivery, resolve }, index) => {
          resolve(recorded[index] ?? { outcome: 'duplicate', id: delivery.id });
        });
        if (recorded.some(({ outcome }) => outcome === 'recorded')) for (const wake of listeners) wake();
      } catch (error) {
        log.error({ err: error }, `deliveries could not be written: ${messageOf(error)}`);
        for (const { reject } of group) reject(error);
      }
    }
    // Here and not in a `finally` of the promise: that runs a tick later, and what came in meanwhile would wait for ever.
    committing = undefined;
  }

  async function flushRefusals(): Promise<void> {
    refusalTimer = undefined;
    const counted = [...refusals.values()];
    refusals = new Map();
    for (const row of counted) {
      await db
        .insertInto('refusals')
        .values(row)
        .onConflict((conflict) =>
          conflict.columns(['source', 'reason']).doUpdateSet((eb) => ({
            count: eb('refusals.count', '+', row.count),
            last_at: row.last_at,
          })),
        )
        .execute();
    }
  }

  return {
    record(delivery) {
      return new Promise((resolve, reject) => {
        waiting.push({ delivery, resolve, reject });
        committing ??= commitWaiting();
      });
    },

    refuse({ source, reason, receivedAtMs }) {
      const key = `${source} ${reason}`;
      const count = (refusals.get(key)?.count ?? 0) + 1;
      refusals.set(key, { source, reason, count, last_at: receivedAtMs });
      // Anybody can cause refusals at any rate: they cost one write a second and a row per reason.
      refusalTimer ??= setTimeout(() => {
        flushRefusals().catch((error: unknown) => log.warn({ err: error }, 'refusals could not be counted'));
      }, refusalFlushMs);
    },

    async take({ nowMs, holdMs, limit }) {
      const heads = await laneHeads(db, nowMs, limit);
      if (heads.length === 0) return [];
      return db.transaction().execute(async (trx) => {
        const rows = await trx
          .selectFrom('deliveries')
          .select(['id', 'source', 'event', 'body', 'received_at', 'correlation_id', 'tries'])
          .where('id', 'in', heads)
          .where('outcome', '=', 'pending')
          .where('held_until', '<=', nowMs)
          .orderBy('id')
          .execute();
        if (rows.length === 0) return [];
        await trx
          .updateTable('deliveries')
          .set((eb) => ({ held_until: nowMs + holdMs, tries: eb('tries', '+', 1) }))
          .where(
            'id',
            'in',
            rows.map((row) => row.id),
          )
          .execute();
        return rows.map(
          (row): RecordedDelivery => ({
            id: row.id,
            source: row.source as RecordedDelivery['source'],
            event: row.event,
            body: row.body,
            receivedAtMs: row.received_at,
            correlationId: row.correlation_id,
            tries: row.tries,
          }),
        );
      });
    },

    async postpone(id, untilMs, problem) {
      await db
        .updateTable('deliveries')
        .set({ held_until: untilMs, problem })
        .where('id', '=', id)
        .where('outcome', '=', 'pending')
        .execute();
    },

    onRecorded(wake) {
      listeners.push(wake);
    },

    async close() {
      await committing;
      clearTimeout(refusalTimer);
      await flushRefusals();
    },
  };
}

/**
 * The oldest pending delivery of each repository, of those that nobody holds. Goes from lane to lane by the index,
 * so that its price is the number of repositories that wait and not the number of their deliveries.
 */
async function laneHeads(db: Kysely<Tables>, nowMs: number, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with recursive lanes(lane) as (
      select min(lane) from deliveries where outcome = 'pending'
      union all
      select (select min(lane) from deliveries where outcome = 'pending' and lane > lanes.lane)
      from lanes where lanes.lane is not null
    ),
    heads as (
      select (select min(id) from deliveries where outcome = 'pending' and lane = lanes.lane) as id
      from lanes where lanes.lane is not null
    )
    select heads.id from heads join deliveries on deliveries.id = heads.id
    where deliveries.held_until <= ${nowMs} order by heads.id limit ${limit}
  `.execute(db);
  return rows.map((row) => row.id);
}

/** One transaction for all; each answer says whether that delivery is new or which one it repeats. */
async function recordGroup(db: Kysely<Tables>, group: readonly NewDelivery[]): Promise<Recorded[]> {
  return db.transaction().execute(async (trx) => {
    const inserted = await trx
      .insertInto('deliveries')
      .values(group.map(rowOf))
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .execute();
    const isNew = new Set(inserted.map((row) => row.id));
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
  };
}
