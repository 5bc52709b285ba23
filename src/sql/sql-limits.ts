import type { Kysely } from 'kysely';
import type { JobPlan } from '../../pipelines/plan.ts';
import type { LimitStore } from '../runs/limit-sweep.ts';
import type { Tables } from './tables.ts';

export function createSqlLimits(db: Kysely<Tables>): LimitStore {
  return {
    async overdueRuns(nowMs, limit) {
      const rows = await db
        .selectFrom('runs')
        .select('id')
        .where('deadline', 'is not', null)
        .where('deadline', '<=', nowMs)
        .orderBy('deadline')
        .limit(limit)
        .execute();
      return rows.map(({ id }) => id);
    },

    async unclaimed(queuedBeforeMs, limit) {
      const rows = await db
        .selectFrom('attempts')
        .innerJoin('jobs', 'jobs.id', 'attempts.job_id')
        .select(['attempts.run_id', 'attempts.job_id', 'attempts.number', 'jobs.plan'])
        .where('attempts.status', '=', 'queued')
        .where('attempts.queued_at', '<', queuedBeforeMs)
        .orderBy('attempts.queued_at')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        runId: row.run_id,
        jobId: row.job_id,
        attempt: row.number,
        plan: JSON.parse(row.plan) as JobPlan,
      }));
    },
  };
}
