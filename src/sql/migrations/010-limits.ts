import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from '../column-types.ts';

/**
 * Limits of time of whole runs, attempts that wait before they are given out, faults counted apart from hand-backs, and how
 * often a step was tried.
 */
export async function up(db: Kysely<unknown>, { whole }: ColumnTypes): Promise<void> {
  await db.schema.alterTable('runs').addColumn('timeout', whole).execute();
  await db.schema.alterTable('runs').addColumn('time_left', whole).execute();
  await db.schema.alterTable('runs').addColumn('deadline', whole).execute();
  await db.schema
    .createIndex('runs_deadline')
    .on('runs')
    .column('deadline')
    .where(sql.ref('deadline'), 'is not', sql.lit(null))
    .execute();
  await db.schema
    .alterTable('attempts')
    .addColumn('faults', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  // Until now every attempt that was cut off counted as a lost runner.
  await sql`update attempts set faults = losses`.execute(db);
  await db.schema.alterTable('attempts').addColumn('not_before', whole).execute();
  await db.schema.alterTable('steps').addColumn('tries', 'integer').execute();
}
