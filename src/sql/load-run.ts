import type { Kysely } from 'kysely';
import type { Run } from '../runs/run.ts';
import { attemptOf, jobOf, runOf, stepOf } from './run-rows.ts';
import type { StepRow, Tables } from './tables.ts';

/**
 * The run as its events see it: its jobs, and of each job the newest attempt with its steps. Locked, it is nobody
 * else's to change before the transaction ends; its jobs, attempts and steps change with it alone.
 */
export async function loadRun(
  db: Kysely<Tables>,
  runId: string,
  { isLocked = false } = {},
): Promise<Run | undefined> {
  const row = await db
    .selectFrom('runs')
    .selectAll()
    .where('id', '=', runId)
    .$if(isLocked, (query) => query.forNoKeyUpdate())
    .executeTakeFirst();
  if (!row) return undefined;
  const jobs = await db
    .selectFrom('jobs')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('position')
    .execute();
  const attempts = await db
    .selectFrom('attempts')
    .innerJoin('jobs', (join) =>
      join.onRef('jobs.id', '=', 'attempts.job_id').onRef('jobs.attempt', '=', 'attempts.number'),
    )
    .selectAll('attempts')
    .where('jobs.run_id', '=', runId)
    .execute();
  const steps = await db
    .selectFrom('steps')
    .innerJoin('jobs', (join) =>
      join.onRef('jobs.id', '=', 'steps.job_id').onRef('jobs.attempt', '=', 'steps.attempt'),
    )
    .selectAll('steps')
    .where('jobs.run_id', '=', runId)
    .orderBy('steps.position')
    .execute();

  const stepsOf = Map.groupBy(steps as StepRow[], (step) => step.job_id);
  const attemptByJob = new Map(
    attempts.map((attempt) => [
      attempt.job_id,
      attemptOf(attempt, (stepsOf.get(attempt.job_id) ?? []).map(stepOf)),
    ]),
  );
  return runOf(
    row,
    jobs.map((job) => jobOf(job, attemptByJob.get(job.id))),
  );
}
