import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../column-types.ts';

/** The newest run that came to each group, and the images that jobs and their attempts ran in, as ids. */
export async function up(db: Kysely<unknown>, { text, whole }: ColumnTypes): Promise<void> {
  const { schema } = db;
  await schema
    .alterTable('groups')
    .addColumn('newest', whole, (column) => column.notNull().defaultTo(0))
    .execute();
  await schema.alterTable('jobs').addColumn('image', text).execute();
  await schema.alterTable('attempts').addColumn('image', text).execute();
}
