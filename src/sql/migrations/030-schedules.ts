import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from '../column-types.ts';

/** The times at which branches are built, by the pipeline files at their heads. */
export async function up(db: Kysely<unknown>, { text, whole }: ColumnTypes): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('schedules')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('repository', text, (column) => column.notNull())
    .addColumn('branch', text, (column) => column.notNull())
    .addColumn('cron', text, (column) => column.notNull())
    .addColumn('timezone', text, (column) => column.notNull())
    .addColumn('missed', text, (column) => column.notNull())
    .addColumn('digest', text, (column) => column.notNull())
    .addColumn('place', text, (column) => column.notNull())
    .addColumn('due_at', whole)
    .addColumn('last_due_at', whole)
    .addColumn('last_delivery_id', text)
    .execute();
  await schema
    .createIndex('schedules_once')
    .unique()
    .on('schedules')
    .columns(['repository', 'branch', 'cron', 'timezone'])
    .execute();
  await schema
    .createIndex('schedules_due')
    .on('schedules')
    .column('due_at')
    .where(sql.ref('due_at'), 'is not', sql.lit(null))
    .execute();
}
