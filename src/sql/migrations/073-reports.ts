import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../column-types.ts';

/** What the tests of an attempt came to, as its reports told it. */
export async function up(db: Kysely<unknown>, { text, whole }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('job_reports')
    .addColumn('job_id', text, (column) => column.notNull())
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('run_id', text, (column) => column.notNull())
    .addColumn('passed', whole)
    .addColumn('failed', whole)
    .addColumn('errors', whole)
    .addColumn('skipped', whole)
    .addColumn('duration', whole)
    .addColumn('lines_found', whole)
    .addColumn('lines_covered', whole)
    .addColumn('covered_files', whole)
    .addColumn('failures', text)
    .addColumn('problems', text)
    .addPrimaryKeyConstraint('job_reports_key', ['job_id', 'attempt'])
    .execute();
  await db.schema.createIndex('job_reports_run').on('job_reports').column('run_id').execute();
}
