import type { Kysely } from 'kysely';
import type { CommandAction, CommandLog, CommandOutcome } from '../runs/command.ts';
import { isFreeAt } from './held-until.ts';
import { inTransaction } from './in-transaction.ts';
import type { Tables } from './tables.ts';

export type SqlCommands = CommandLog & {
  /** The run store has written a command of its own, or settled one: the next of its run can be taken now. */
  stored(): void;
};

export function createSqlCommands(db: Kysely<Tables>): SqlCommands {
  const listeners: (() => void)[] = [];

  return {
    async append({ id, runId, action, by, createdAtMs }) {
      await db
        .insertInto('commands')
        .values({
          id,
          run_id: runId,
          action: JSON.stringify(action),
          by,
          created_at: createdAtMs,
          state: 'pending',
          held_until: 0,
        })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute();
      for (const wake of listeners) wake();
    },

    async take({ nowMs, holdMs, limit }) {
      const pending = await db
        .selectFrom('commands')
        .select('id')
        .where('state', '=', 'pending')
        .limit(1)
        .executeTakeFirst();
      if (!pending) return [];
      return inTransaction(db, async (trx) => {
        const rows = await trx
          .selectFrom('commands as command')
          .selectAll()
          .where('state', '=', 'pending')
          .where(isFreeAt(nowMs))
          // The one of its run that was taken before, or the oldest when none was.
          .where(({ not, exists, selectFrom }) =>
            not(
              exists(
                selectFrom('commands as other')
                  .select('other.id')
                  .where('other.state', '=', 'pending')
                  .whereRef('other.run_id', '=', 'command.run_id')
                  .whereRef('other.id', '<>', 'command.id')
                  .where(({ and, eb, or, ref }) =>
                    or([
                      eb('other.held_until', '>', 0),
                      and([eb('command.held_until', '=', 0), eb('other.id', '<', ref('command.id'))]),
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
        const ids = rows.map((row) => row.id);
        if (ids.length === 0) return [];
        await trx
          .updateTable('commands')
          .set({ held_until: nowMs + holdMs })
          .where('id', 'in', ids)
          .execute();
        return rows.map((row) => ({
          id: row.id,
          runId: row.run_id,
          action: JSON.parse(row.action) as CommandAction,
          by: row.by,
          createdAtMs: row.created_at,
        }));
      });
    },

    outcomeOf: (id) => commandOutcome(db, id),

    onAppended(wake) {
      listeners.push(wake);
    },

    stored() {
      for (const wake of listeners) wake();
    },
  };
}

/** Nothing while it is pending, or unknown. */
export async function commandOutcome(db: Kysely<Tables>, id: string): Promise<CommandOutcome | undefined> {
  const row = await db
    .selectFrom('commands')
    .select(['state', 'message'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row || row.state === 'pending') return undefined;
  return row.state === 'done'
    ? { outcome: 'done' }
    : { outcome: 'refused', message: row.message ?? 'refused' };
}
