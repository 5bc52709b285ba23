import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from '../column-types.ts';

/** What was removed by policy, which artifacts were deployed, what they are packed as, and whose origin is to be signed. */
export async function up(db: Kysely<unknown>, { text, whole }: ColumnTypes): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('removals')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('run_id', text, (column) => column.notNull())
    .addColumn('target', text, (column) => column.notNull())
    .addColumn('because', text, (column) => column.notNull())
    .addColumn('removed_at', whole, (column) => column.notNull())
    .addColumn('purges', 'integer', (column) => column.notNull())
    .addColumn('purge_due', whole)
    .execute();
  await schema.createIndex('removals_run_id').on('removals').column('run_id').execute();
  await schema
    .createIndex('removals_purge_due')
    .on('removals')
    .column('purge_due')
    .where(sql.ref('purge_due'), 'is not', null)
    .execute();
  await schema.createIndex('runs_finished_at').on('runs').column('finished_at').execute();
  await schema
    .createIndex('runs_green')
    .on('runs')
    .columns(['repository', 'ref', 'number'])
    .where(sql.ref('status'), '=', sql.lit('success'))
    .execute();

  await schema.alterTable('artifacts').addColumn('deployed', 'integer').execute();
  await schema.alterTable('artifacts').addColumn('format', text).execute();
  // Of what was stored before this, nobody can say any more what it was made of.
  await schema.alterTable('artifacts').addColumn('provenance', text).execute();
  await schema
    .createIndex('artifacts_provenance_due')
    .on('artifacts')
    .column('id')
    .where(sql.ref('provenance'), '=', sql.lit('due'))
    .execute();
  await markDeployed(db);
}

type Deployed = { run_id: string; plan: string };

/** What earlier deployments took is kept as well. */
async function markDeployed(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<Deployed>`
    select jobs.run_id, jobs.plan from deployments join jobs on jobs.id = deployments.job_id
    where jobs.kind = 'deploy'
  `.execute(db);
  for (const { run_id, plan } of rows) {
    const { artifact } = JSON.parse(plan) as { artifact: { job: string; name: string } };
    await sql`
      update artifacts set deployed = 1
      where run_id = ${run_id} and job_name = ${artifact.job} and name = ${artifact.name}
    `.execute(db);
  }
}
