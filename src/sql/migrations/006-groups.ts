import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from '../column-types.ts';

/** Groups of jobs, of which one is carried out at a time, and the places of the jobs in them. */
export async function up(
  db: Kysely<unknown>,
  { text, whole, rowNumber, counted }: ColumnTypes,
): Promise<void> {
  const { schema } = db;
  await schema
    .alterTable('jobs')
    .addColumn('turn', whole, (column) => column.notNull().defaultTo(0))
    .execute();
  await schema
    .createTable('groups')
    .addColumn('repository', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('changes', whole, (column) => column.notNull())
    .addPrimaryKeyConstraint('groups_pk', ['repository', 'name'])
    .execute();
  await schema
    .createTable('group_places')
    .addColumn('id', rowNumber, counted)
    .addColumn('repository', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('job_id', text, (column) => column.notNull().unique())
    .addColumn('run_id', text, (column) => column.notNull())
    .addColumn('turn', whole, (column) => column.notNull())
    .addColumn('held', 'integer', (column) => column.notNull())
    .execute();
  await schema
    .createIndex('group_places_order')
    .on('group_places')
    .columns(['repository', 'name', 'held', 'id'])
    .execute();
  await schema
    .createIndex('group_places_held')
    .unique()
    .on('group_places')
    .columns(['repository', 'name'])
    .where(sql.ref('held'), '=', sql.lit(1))
    .execute();
}
