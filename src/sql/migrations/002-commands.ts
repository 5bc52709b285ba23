import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from '../column-types.ts';

/** What people ask of runs: commands in an inbox of their own, approvals, and losses counted apart from attempts. */
export async function up(db: Kysely<unknown>, { text, whole }: ColumnTypes): Promise<void> {
  const { schema } = db;
  await schema.alterTable('runs').addColumn('approval', text).execute();
  await schema
    .alterTable('attempts')
    .addColumn('losses', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await schema
    .createTable('commands')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('run_id', text, (column) => column.notNull().references('runs.id'))
    .addColumn('action', text, (column) => column.notNull())
    .addColumn('by', text, (column) => column.notNull())
    .addColumn('created_at', whole, (column) => column.notNull())
    .addColumn('state', text, (column) => column.notNull())
    .addColumn('message', text)
    .addColumn('held_until', whole, (column) => column.notNull().defaultTo(0))
    .addColumn('settled_at', whole)
    .execute();
  await schema
    .createIndex('commands_pending')
    .on('commands')
    .columns(['run_id', 'id'])
    .where(sql.ref('state'), '=', sql.lit('pending'))
    .execute();
  await schema.createIndex('commands_run').on('commands').columns(['run_id', 'id']).execute();
}
