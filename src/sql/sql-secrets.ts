import type { Kysely } from 'kysely';
import type { SealedSecrets } from '../secrets/secret-store.ts';
import type { Tables } from './tables.ts';

export function createSqlSecrets(db: Kysely<Tables>): SealedSecrets {
  return {
    async put(repository, name, sealed, nowMs) {
      const changed = { sealed, updated_at: nowMs };
      await db
        .insertInto('secrets')
        .values({ repository, name, ...changed })
        .onConflict((conflict) => conflict.columns(['repository', 'name']).doUpdateSet(changed))
        .execute();
    },
    async get(repository, names) {
      if (names.length === 0) return [];
      return db
        .selectFrom('secrets')
        .select(['name', 'sealed'])
        .where('repository', '=', repository)
        .where('name', 'in', names)
        .execute();
    },
    async list(repository) {
      const rows = await db
        .selectFrom('secrets')
        .select(['name', 'updated_at'])
        .where('repository', '=', repository)
        .orderBy('name')
        .execute();
      return rows.map((row) => ({ name: row.name, updatedAtMs: row.updated_at }));
    },
    async remove(repository, name) {
      const removed = await db
        .deleteFrom('secrets')
        .where('repository', '=', repository)
        .where('name', '=', name)
        .executeTakeFirst();
      return removed.numDeletedRows > 0n;
    },
  };
}
