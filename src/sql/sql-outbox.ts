import { type Kysely, type Selectable, sql } from 'kysely';
import type { Effect } from '../runs/effect.ts';
import type { Outbox, OutboxEntry } from '../runs/outbox.ts';
import { isFreeAt } from './held-until.ts';
import { inTransaction, outlastOutage } from './in-transaction.ts';
import type { OutboxRow, Tables } from './tables.ts';

/** A newer effect of these types says everything that an older one of the same key would have said. */
const replaceable: ReadonlySet<Effect['type']> = new Set([
  'commit-status',
  'check-run',
  'pull-request-comment',
]);

const traceless: Effect['type'][] = ['ticket', 'stop-lease', 'comment-answer', 'pull-request-comment'];

export type SqlOutbox = Outbox & { stored(): void };

export function createSqlOutbox(db: Kysely<Tables>): SqlOutbox {
  const listeners: (() => void)[] = [];

  return {
    async take({ type, nowMs, holdMs, limit }) {
      const pending = await db
        .selectFrom('outbox')
        .select('id')
        .where('state', '=', 'pending')
        .where('type', '=', type)
        .limit(1)
        .executeTakeFirst();
      if (!pending) return [];
      return inTransaction(db, async (trx) => {
        if (replaceable.has(type)) await supersede(trx, type, nowMs);
        const rows = await trx
          .selectFrom('outbox as entry')
          .selectAll()
          .where('state', '=', 'pending')
          .where('type', '=', type)
          .where(isFreeAt(nowMs))
          // The one of its key that was taken before, or the oldest when none was.
          .where(({ not, exists, selectFrom }) =>
            not(
              exists(
                selectFrom('outbox as other')
                  .select('other.id')
                  .where('other.state', '=', 'pending')
                  .where('other.type', '=', type)
                  .whereRef('other.key', '=', 'entry.key')
                  .whereRef('other.id', '<>', 'entry.id')
                  .where(({ and, eb, or, ref }) =>
                    or([
                      eb('other.held_until', '>', 0),
                      and([eb('entry.held_until', '=', 0), eb('other.id', '<', ref('entry.id'))]),
                    ]),
                  ),
              ),
            ),
          )
          .orderBy('id')
          .limit(limit)
          .forUpdate()
          .skipLocked()
          .execute();
        if (rows.length === 0) return [];
        await trx
          .updateTable('outbox')
          .set({ held_until: nowMs + holdMs, tries: sql`tries + 1`, problem: null })
          .where(
            'id',
            'in',
            rows.map((row) => row.id),
          )
          .execute();
        return rows.map(entryOf);
      });
    },

    async done(id, atMs) {
      // These leave no trace: the attempt, or the forge, says all of it. Statuses are part of the history.
      const sent = { state: 'sent', done_at: atMs, problem: null };
      await outlastOutage(async () => {
        await db.deleteFrom('outbox').where('id', '=', id).where('type', 'in', traceless).execute();
        await db.updateTable('outbox').set(sent).where('id', '=', id).execute();
      });
      // The next of its key, if there is one, can be taken now.
      for (const listener of listeners) listener();
    },

    async retry(id, untilMs, problem) {
      await outlastOutage(() =>
        db
          .updateTable('outbox')
          .set({ held_until: untilMs, problem })
          .where('id', '=', id)
          .where('state', '=', 'pending')
          .execute(),
      );
    },

    async drop(id) {
      await outlastOutage(() => db.deleteFrom('outbox').where('id', '=', id).execute());
      for (const listener of listeners) listener();
    },

    async fail(id, atMs, problem) {
      const failed = { state: 'failed', done_at: atMs, problem };
      await outlastOutage(() => db.updateTable('outbox').set(failed).where('id', '=', id).execute());
    },

    onStored(wake) {
      listeners.push(wake);
    },

    stored() {
      for (const listener of listeners) listener();
    },
  };
}

/** Entries that nobody is carrying out and that a newer one of their key makes needless. */
async function supersede(db: Kysely<Tables>, type: Effect['type'], nowMs: number): Promise<void> {
  await db
    .updateTable('outbox')
    .set({ state: 'superseded', done_at: nowMs })
    .where('state', '=', 'pending')
    .where('type', '=', type)
    // Put off after a problem counts as waiting; held without one is being carried out.
    .where((eb) => eb.or([isFreeAt(nowMs), eb('problem', 'is not', null)]))
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('outbox as newer')
          .select('newer.id')
          .where('newer.state', '=', 'pending')
          .where('newer.type', '=', type)
          .whereRef('newer.key', '=', 'outbox.key')
          .whereRef('newer.id', '>', 'outbox.id'),
      ),
    )
    .execute();
}

function entryOf(row: Selectable<OutboxRow>): OutboxEntry {
  return {
    id: row.id,
    key: row.key,
    runId: row.run_id,
    correlationId: row.correlation_id,
    effect: JSON.parse(row.effect) as Effect,
    tries: row.tries,
    createdAtMs: row.created_at,
  };
}
