import type { Kysely } from 'kysely';
import { HistoryRefusal } from '../runs/history.ts';
import type { Schedule, ScheduleBook, ScheduledBranch } from '../runs/schedule.ts';
import { inTransaction } from './in-transaction.ts';
import { ownDeliveryRow } from './own-delivery-row.ts';
import type { Tables } from './tables.ts';
import type { ScheduleRow } from './watched-tables.ts';

export function createSqlSchedules(db: Kysely<Tables>): ScheduleBook {
  return {
    keep: ({ repository, name }, schedules) =>
      inTransaction(db, async (trx) => {
        const stood = await trx
          .selectFrom('schedules')
          .select(['id', 'cron', 'timezone'])
          .where('repository', '=', repository)
          .where('branch', '=', name)
          .forUpdate()
          .execute();
        const keyOf = ({ cron, timezone }: { cron: string; timezone: string }) => `${cron} ${timezone}`;
        const wanted = new Set(schedules.map(keyOf));
        const gone = stood.filter((row) => !wanted.has(keyOf(row))).map(({ id }) => id);
        if (gone.length > 0) await trx.deleteFrom('schedules').where('id', 'in', gone).execute();
        for (const { id, branch, cron, timezone, missed, digest, dueAtMs } of schedules) {
          const { repository: _repository, name: _name, ...place } = branch;
          const kept = { missed, digest, place: JSON.stringify(place) };
          await trx
            .insertInto('schedules')
            .values({ id, repository, branch: name, cron, timezone, ...kept, due_at: dueAtMs ?? null })
            .onConflict((conflict) =>
              conflict.columns(['repository', 'branch', 'cron', 'timezone']).doUpdateSet(kept),
            )
            .execute();
        }
      }),

    async due(nowMs, limit) {
      const rows = await db
        .selectFrom('schedules')
        .selectAll()
        .where('due_at', '<=', nowMs)
        .orderBy('due_at')
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.flatMap((row) =>
        row.due_at === null ? [] : [{ ...scheduleOf(row), dueAtMs: row.due_at }],
      );
    },

    moveOn: (schedule, { dueAtMs, delivery }) =>
      inTransaction(db, async (trx) => {
        // Locks the row as well: whoever else saw it due waits here, and finds it moved on.
        const moved = await trx
          .updateTable('schedules')
          .set({
            due_at: dueAtMs ?? null,
            ...(delivery ? { last_due_at: schedule.dueAtMs, last_delivery_id: delivery.id } : {}),
          })
          .where('id', '=', schedule.id)
          .where('due_at', '=', schedule.dueAtMs)
          .executeTakeFirst();
        if (moved.numUpdatedRows === 0n) return false;
        if (delivery) {
          await trx
            .insertInto('deliveries')
            .values(ownDeliveryRow(delivery))
            .onConflict((conflict) => conflict.doNothing())
            .execute();
        }
        return true;
      }),

    async list({ repository }, { limit, before }) {
      if (before !== undefined && !/^[\w-]{1,100}$/.test(before)) {
        throw new HistoryRefusal(
          'bad-cursor',
          `"${before.slice(0, 100)}" is not the \`next\` of an earlier page`,
        );
      }
      let query = db.selectFrom('schedules').selectAll();
      if (repository !== undefined) query = query.where('repository', '=', repository);
      if (before !== undefined) query = query.where('id', '<', before);
      const rows = await query
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute();
      const items = rows.slice(0, limit).map(scheduleOf);
      const last = items.at(-1);
      return rows.length > limit && last ? { items, next: last.id } : { items };
    },
  };
}

function scheduleOf(row: ScheduleRow): Schedule {
  const place = JSON.parse(row.place) as Omit<ScheduledBranch, 'repository' | 'name'>;
  return {
    id: row.id,
    branch: { ...place, repository: row.repository, name: row.branch },
    cron: row.cron,
    timezone: row.timezone,
    missed: row.missed as Schedule['missed'],
    digest: row.digest,
    ...(row.due_at === null ? {} : { dueAtMs: row.due_at }),
    ...(row.last_due_at === null ? {} : { lastDueAtMs: row.last_due_at }),
    ...(row.last_delivery_id === null ? {} : { lastDeliveryId: row.last_delivery_id }),
  };
}
