import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../column-types.ts';

/** `none` where an attempt ran without a container; null for every other. */
export async function up(db: Kysely<unknown>, { text }: ColumnTypes): Promise<void> {
  await db.schema.alterTable('attempts').addColumn('isolation', text).execute();
}
