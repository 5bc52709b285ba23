import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../column-types.ts';

/** Who carries out jobs, what people ordered them to do, and the labels that a job asks for. */
export async function up(db: Kysely<unknown>, { text, whole }: ColumnTypes): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('runners')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('address', text, (column) => column.notNull())
    .addColumn('version', text, (column) => column.notNull())
    .addColumn('labels', text, (column) => column.notNull())
    .addColumn('slots', whole, (column) => column.notNull())
    .addColumn('busy', whole, (column) => column.notNull())
    .addColumn('engine', text)
    .addColumn('state', text, (column) => column.notNull())
    .addColumn('started_at', whole, (column) => column.notNull())
    .addColumn('beat', whole, (column) => column.notNull())
    .addColumn('seen_at', whole, (column) => column.notNull())
    .execute();
  await schema
    .createTable('runner_orders')
    .addColumn('runner_id', text, (column) => column.primaryKey())
    .addColumn('ordered', text, (column) => column.notNull())
    .addColumn('by', text, (column) => column.notNull())
    .addColumn('at', whole, (column) => column.notNull())
    .execute();
  await schema.alterTable('jobs').addColumn('labels', text).execute();
}
