import type { Kysely } from 'kysely';
import type { CheckBook } from '../runs/check-book.ts';
import type { Tables } from './tables.ts';

export function createSqlCheckBook(db: Kysely<Tables>): CheckBook {
  return {
    async begin(externalId) {
      const begun = await db
        .insertInto('check_runs')
        .values({ external_id: externalId, check_id: null })
        .onConflict((conflict) => conflict.doNothing())
        .returning('external_id')
        .execute();
      if (begun.length > 0) return { isFirst: true };
      const row = await db
        .selectFrom('check_runs')
        .select('check_id')
        .where('external_id', '=', externalId)
        .executeTakeFirst();
      return { isFirst: false, ...(row?.check_id == null ? {} : { id: row.check_id }) };
    },

    async keep(externalId, id) {
      await db
        .updateTable('check_runs')
        .set({ check_id: id })
        .where('external_id', '=', externalId)
        .execute();
    },
  };
}
