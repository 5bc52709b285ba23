import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../column-types.ts';

/** The heads of branches and pull requests as they were last heard of, and when each repository was last looked at. */
export async function up(db: Kysely<unknown>, { text, whole }: ColumnTypes): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('heads')
    .addColumn('repository', text, (column) => column.notNull())
    .addColumn('ref', text, (column) => column.notNull())
    .addColumn('sha', text, (column) => column.notNull())
    .addColumn('found_sha', text)
    .addColumn('found_at', whole)
    .addPrimaryKeyConstraint('heads_pk', ['repository', 'ref'])
    .execute();
  await schema
    .createTable('head_looks')
    .addColumn('repository', text, (column) => column.primaryKey())
    .addColumn('place', text, (column) => column.notNull())
    .addColumn('noted_at', whole, (column) => column.notNull())
    .addColumn('claimed_at', whole, (column) => column.notNull().defaultTo(0))
    .addColumn('looked_at', whole)
    .execute();
}
