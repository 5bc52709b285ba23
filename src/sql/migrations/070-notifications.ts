import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../column-types.ts';

/** What a run says of its pipeline file, and who is told how it ended, as JSON. */
export async function up(db: Kysely<unknown>, { text }: ColumnTypes): Promise<void> {
  await db.schema.alterTable('runs').addColumn('warnings', text).execute();
  await db.schema.alterTable('runs').addColumn('notifications', text).execute();
}
