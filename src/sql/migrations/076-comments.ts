import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../column-types.ts';

/** Which comments below pull requests are ours, and whether a run is told of there. */
export async function up(db: Kysely<unknown>, { text, whole }: ColumnTypes): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('comments')
    .addColumn('key', text, (column) => column.primaryKey())
    .addColumn('mark', text, (column) => column.notNull())
    .addColumn('comment_id', whole)
    .execute();
  await schema.alterTable('runs').addColumn('commented', 'integer').execute();
}
