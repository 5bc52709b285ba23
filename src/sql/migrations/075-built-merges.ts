import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../column-types.ts';

/** What an attempt built where the merge of a pull request was asked for, as JSON; null for every other. */
export async function up(db: Kysely<unknown>, { text }: ColumnTypes): Promise<void> {
  await db.schema.alterTable('attempts').addColumn('built', text).execute();
}
