import type { LeftOut } from '../../pipelines/match-condition.ts';
import type { Plan } from '../../pipelines/plan.ts';
import type { Problem } from '../../pipelines/problem.ts';
import type { Reason } from '../contract/job-event.ts';
import type { Change } from './change.ts';
import type { Job, Run } from './run.ts';
import { runLimit } from './run-limit.ts';
import { type Transition, transition } from './transition.ts';

/** What a change and its pipeline come to, before the store has given the run its number. */
export type NewRun = {
  id: string;
  repository: string;
  change: Change;
  pipeline: { file: string; digest: string };
  deliveryId: string;
  correlationId: string;
  createdAtMs: number;
  /** Takes the place of the older runs of its branch or pull request that have not ended. */
  supersedes?: boolean;
  reports?: 'checks';
  warnings?: readonly Problem[];
} & ({ plan: Plan; jobIds: readonly string[] } | { error: Reason; problems?: readonly Problem[] });

/**
 * The first state of a run and its first effects. A change that comes from a fork waits for an approval; a
 * pipeline that cannot be read makes a run that has ended in `error`, so that the mistake is seen.
 */
export function createRun(created: NewRun, number: number): Transition {
  const base = {
    id: created.id,
    number,
    repository: created.repository,
    change: created.change,
    pipeline: created.pipeline,
    deliveryId: created.deliveryId,
    correlationId: created.correlationId,
    createdAtMs: created.createdAtMs,
    ...(created.reports ? { reports: created.reports } : {}),
    ...(created.warnings?.length ? { warnings: created.warnings } : {}),
  };
  const run: Run =
    'error' in created
      ? { ...base, ...brokenOf(created), jobs: [] }
      : {
          ...base,
          ...limitOf(created.plan),
          ...notificationsOf(created.plan),
          ...(created.plan.commented && created.change.pullRequest ? { commented: true } : {}),
          status: 'queued',
          jobs: jobsOf(created),
        };
  return transition(run, { type: 'created' }, created.createdAtMs);
}

function brokenOf({ error, problems, createdAtMs }: Extract<NewRun, { error: Reason }>) {
  const ended = { status: 'error', reason: error, finishedAtMs: createdAtMs } as const;
  return problems ? { ...ended, problems } : ended;
}

function limitOf({ timeoutMs }: Plan): Pick<Run, 'limit'> {
  return timeoutMs === undefined ? {} : { limit: runLimit(timeoutMs) };
}

function notificationsOf({ notifications }: Plan): Pick<Run, 'notifications'> {
  return notifications?.length ? { notifications } : {};
}

function jobsOf(created: Extract<NewRun, { plan: Plan }>): Job[] {
  const waiting: Reason = {
    code: 'fork',
    message: 'a change from a fork gets no secrets and runs nothing before this commit is approved',
  };
  return created.plan.jobs.map((plan, index): Job => {
    const id = created.jobIds[index];
    if (id === undefined) throw new Error(`run ${created.id}: no id for job ${index}`);
    const job = { id, name: plan.name, plan };
    if (plan.leftOut) return { ...job, ...leftOutOf(plan.leftOut, created) };
    return created.change.fork
      ? { ...job, status: 'waiting', reason: waiting }
      : { ...job, status: 'queued' };
  });
}

function leftOutOf(
  { why, line }: LeftOut,
  { pipeline, createdAtMs }: NewRun,
): Pick<Job, 'status' | 'reason' | 'finishedAtMs'> {
  const reason = { code: 'when', message: `${why}, line ${line} of ${pipeline.file}` };
  return { status: 'skipped', reason, finishedAtMs: createdAtMs };
}
