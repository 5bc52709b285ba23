import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from '../column-types.ts';

/** Which newer run took the place of a run, and a short way to the runs that have not ended. */
export async function up(db: Kysely<unknown>, { text }: ColumnTypes): Promise<void> {
  await db.schema.alterTable('runs').addColumn('superseded_by', text).execute();
  await db.schema
    .createIndex('runs_unfinished')
    .on('runs')
    .columns(['repository', 'ref'])
    .where(sql.ref('finished_at'), 'is', sql.lit(null))
    .execute();
}
