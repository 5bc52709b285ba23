import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../column-types.ts';

/** Which check run of GitHub stands for which job, how a run is told of, and the mistakes of its pipeline file. */
export async function up(db: Kysely<unknown>, { text, whole }: ColumnTypes): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('check_runs')
    .addColumn('external_id', text, (column) => column.primaryKey())
    .addColumn('check_id', whole)
    .execute();
  await schema.alterTable('runs').addColumn('reports', text).execute();
  await schema.alterTable('runs').addColumn('problems', text).execute();
}
