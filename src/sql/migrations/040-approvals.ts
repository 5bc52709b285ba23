import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from '../column-types.ts';

/** Approvals that jobs ask for, those of earlier tries, and until when the jobs that wait may still be given one. */
export async function up(db: Kysely<unknown>, { text, whole }: ColumnTypes): Promise<void> {
  const { schema } = db;
  await schema.alterTable('jobs').addColumn('gate', text).execute();
  await schema.alterTable('jobs').addColumn('past_gates', text).execute();
  await schema.alterTable('jobs').addColumn('approval_until', whole).execute();
  await schema
    .createIndex('jobs_approval_until')
    .on('jobs')
    .column('approval_until')
    .where(sql.ref('approval_until'), 'is not', null)
    .execute();
}
