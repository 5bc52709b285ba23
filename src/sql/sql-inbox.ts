import { setImmediate } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { DeliveryQueue, RecordedDelivery } from '../runs/delivery-queue.ts';
import type { Inbox, NewDelivery, Recorded } from '../webhooks/inbox.ts';
import { groupLength, recordGroup } from './delivery-group.ts';
import { isFreeAt } from './held-until.ts';
import { outlastOutage, rerunLostRaces } from './in-transaction.ts';
import { type InsertDeliveries, insertTogether } from './insert-deliveries.ts';
import { letBurstPass } from './let-burst-pass.ts';
import type { Tables } from './tables.ts';

type Waiting = {
  delivery: NewDelivery;
  resolve: (recorded: Recorded) => void;
  reject: (error: unknown) => void;
  /** Rejects when the time is up; what was not begun by then is not begun any more. */
  limit: NodeJS.Timeout;
  isLate: boolean;
};

/** GitHub waits 10 s for its answer, and a 503 has to reach it, too. */
const recordLimitMs = 8_000;
const refusalFlushMs = 1_000;

/**
 * The inbox and control's end of it. Deliveries that wait at the same moment are committed together: one flush
 * to disk serves all of them, which is what makes a durable answer cheap. `groups` may be under way at the same time,
 * where the database can work on several; `insert` is the way to write them that it is fastest at.
 */
export function createSqlInbox(
  db: Kysely<Tables>,
  log: Log,
  { groups = 1, insert = insertTogether }: { groups?: number; insert?: InsertDeliveries } = {},
): Inbox & DeliveryQueue & { close(): Promise<void> } {
  const waiting: Waiting[] = [];
  const listeners: (() => void)[] = [];
  const committing: (Promise<void> | undefined)[] = Array.from({ length: groups }, () => undefined);
  let refusals = new Map<string, { source: string; reason: string; count: number; last_at: number }>();
  let refusalTimer: NodeJS.Timeout | undefined;
  let writing = 0;

  function nextGroup(): Waiting[] {
    return waiting.splice(0, groupLength(waiting)).filter(({ isLate }) => !isLate);
  }

  async function commitWaiting(place: number): Promise<void> {
    // What else has come in by now is read first: it shares the commit.
    await setImmediate();
    for (let group = nextGroup(); waiting.length > 0 || group.length > 0; group = nextGroup()) {
      if (group.length > 0) await commit(group);
    }
    // Here and not in a `finally` of the promise: that runs a tick later, and what came in meanwhile would wait for ever.
    committing[place] = undefined;
  }

  async function commit(group: readonly Waiting[]): Promise<void> {
    writing += group.length;
    try {
      const recorded = await recordGroup(
        db,
        group.map(({ delivery }) => delivery),
        insert,
      );
      group.forEach(({ delivery, resolve }, index) => {
        resolve(recorded[index] ?? { outcome: 'duplicate', id: delivery.id });
      });
      if (recorded.some(({ outcome }) => outcome === 'recorded')) for (const wake of listeners) wake();
    } catch (error) {
      log.error({ err: error }, `deliveries could not be written: ${messageOf(error)}`);
      for (const { reject } of group) reject(error);
    } finally {
      for (const { limit } of group) clearTimeout(limit);
      writing -= group.length;
    }
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
        .execute()
        .catch((error: unknown) => log.warn({ err: error }, 'refusals could not be counted'));
    }
  }

  return {
    record(delivery) {
      return new Promise((resolve, reject) => {
        const limit = setTimeout(() => {
          entry.isLate = true;
          reject(new Error(`the delivery could not be written within ${recordLimitMs} ms`));
        }, recordLimitMs);
        const entry: Waiting = { delivery, resolve, reject, limit, isLate: false };
        waiting.push(entry);
        const place = committing.indexOf(undefined);
        if (place >= 0) committing[place] = commitWaiting(place);
      });
    },

    refuse({ source, reason, receivedAtMs }) {
      const key = `${source} ${reason}`;
      const count = (refusals.get(key)?.count ?? 0) + 1;
      refusals.set(key, { source, reason, count, last_at: receivedAtMs });
      // Anybody can cause refusals at any rate: they cost one write a second and a row per reason.
      refusalTimer ??= setTimeout(flushRefusals, refusalFlushMs);
    },

    async take({ nowMs, holdMs, limit }) {
      await letBurstPass(() => waiting.length + writing);
      return rerunLostRaces(async () => {
        // Looked for outside of the transaction: on SQLite that would take the file although there may be nothing.
        const heads = await laneHeads(db, nowMs, limit);
        if (heads.length === 0) return [];
        return db.transaction().execute((trx) => takeHeads(trx, heads, nowMs, holdMs));
      });
    },

    async keep(id, untilMs) {
      await db
        .updateTable('deliveries')
        .set({ held_until: untilMs })
        .where('id', '=', id)
        .where('outcome', '=', 'pending')
        .where('held_until', '>', 0)
        .execute();
    },

    async postpone(id, untilMs, problem) {
      await outlastOutage(() =>
        db
          .updateTable('deliveries')
          .set({ held_until: untilMs, problem })
          .where('id', '=', id)
          .where('outcome', '=', 'pending')
          .execute(),
      );
    },

    onRecorded(wake) {
      listeners.push(wake);
    },

    async close() {
      await Promise.all(committing);
      clearTimeout(refusalTimer);
      await flushRefusals();
    },
  };
}

/**
 * Of each repository the delivery that was handed out before, or the oldest one when none was, if nobody holds it now.
 * Goes from lane to lane by the index, so that its price is the number of repositories that wait and not the number
 * of their deliveries. An index allows one row per lane that was handed out.
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
      select coalesce(
        (select id from deliveries where outcome = 'pending' and held_until > 0 and lane = lanes.lane),
        (select min(id) from deliveries where outcome = 'pending' and lane = lanes.lane)
      ) as id
      from lanes where lanes.lane is not null
    )
    select heads.id from heads join deliveries on deliveries.id = heads.id
    where ${isFreeAt(nowMs, 'deliveries.held_until')} order by heads.id limit ${limit}
  `.execute(db);
  return rows.map((row) => row.id);
}

/** Somebody else may have taken some of them since: the rows that are locked here, or still can be, are ours. */
async function takeHeads(
  db: Kysely<Tables>,
  heads: readonly string[],
  nowMs: number,
  holdMs: number,
): Promise<RecordedDelivery[]> {
  const rows = await db
    .selectFrom('deliveries')
    .select([
      'id',
      'source',
      'event',
      'body',
      'received_at',
      'correlation_id',
      'tries',
      'recovered',
      'replay_of',
    ])
    .where('id', 'in', heads)
    .where('outcome', '=', 'pending')
    .where(isFreeAt(nowMs))
    .orderBy('id')
    .forUpdate()
    .skipLocked()
    .execute();
  if (rows.length === 0) return [];
  await db
    .updateTable('deliveries')
    .set((eb) => ({ held_until: nowMs + holdMs, tries: eb('tries', '+', 1) }))
    .where(
      'id',
      'in',
      rows.map((row) => row.id),
    )
    .execute();
  return rows.map((row) => ({
    id: row.id,
    source: row.source as RecordedDelivery['source'],
    event: row.event,
    body: row.body,
    receivedAtMs: row.received_at,
    correlationId: row.correlation_id,
    tries: row.tries,
    ...(row.recovered === 1 || row.replay_of !== null ? { isLate: true } : {}),
    ...(row.replay_of === null ? {} : { isReplay: true }),
  }));
}
