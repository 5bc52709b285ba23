import type { Kysely } from 'kysely';
import type { JobPlan } from '../../pipelines/plan.ts';
import type { Change } from '../runs/change.ts';
import type { ProvenanceStore } from '../runs/provenance.ts';
import { builtOf, imageOf, isolationOf, timesOf } from './run-rows.ts';
import type { Tables } from './tables.ts';

export function createSqlProvenance(db: Kysely<Tables>): ProvenanceStore {
  return {
    async unproved(limit) {
      const rows = await db
        .selectFrom('artifacts')
        .innerJoin('runs', 'runs.id', 'artifacts.run_id')
        .innerJoin('jobs', 'jobs.id', 'artifacts.job_id')
        .innerJoin('attempts', (join) =>
          join
            .onRef('attempts.job_id', '=', 'artifacts.job_id')
            .onRef('attempts.number', '=', 'artifacts.attempt'),
        )
        .select(['artifacts.id', 'artifacts.run_id', 'artifacts.job_id', 'artifacts.job_name'])
        .select(['artifacts.attempt', 'artifacts.name', 'artifacts.format', 'artifacts.sha256'])
        .select(['runs.number', 'runs.change', 'runs.pipeline_file', 'runs.pipeline_digest', 'jobs.plan'])
        .select(['attempts.image', 'attempts.built', 'attempts.isolation', 'attempts.runner_id'])
        .select(['attempts.runner_name', 'attempts.started_at', 'attempts.finished_at'])
        .where('artifacts.provenance', '=', 'due')
        .where('attempts.status', 'in', ['ended', 'lost'])
        .orderBy('artifacts.id')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        artifactId: row.id,
        runId: row.run_id,
        runNumber: row.number,
        jobId: row.job_id,
        jobName: row.job_name,
        attempt: row.attempt,
        name: row.name,
        ...(row.format === null ? {} : { format: row.format }),
        sha256: row.sha256,
        change: JSON.parse(row.change) as Change,
        pipeline: { file: row.pipeline_file, digest: row.pipeline_digest },
        plan: JSON.parse(row.plan) as JobPlan,
        ...imageOf(row),
        ...builtOf(row),
        ...isolationOf(row),
        ...(row.runner_id === null ? {} : { runner: { id: row.runner_id, name: row.runner_name ?? '' } }),
        ...timesOf(row),
      }));
    },

    async settle(artifactId, outcome) {
      await db.updateTable('artifacts').set({ provenance: outcome }).where('id', '=', artifactId).execute();
    },
  };
}
