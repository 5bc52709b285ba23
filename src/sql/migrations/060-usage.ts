import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../column-types.ts';

/** What an attempt used of processors, memory and disks, as JSON. */
export async function up(db: Kysely<unknown>, { text }: ColumnTypes): Promise<void> {
  await db.schema.alterTable('attempts').addColumn('usage', text).execute();
}
