import type { Reason } from '../contract/job-event.ts';
import { cancelJob } from './cancel-job.ts';
import { countedStatus, type Job, type Run } from './run.ts';

/** Where a matrix fails fast, the first combination of it that went wrong cancels the others. */
export function failFast(run: Run, nowMs: number): Run {
  const reasons = new Map<string, Reason>();
  for (const job of run.jobs) {
    const name = fastMatrixOf(job);
    const status = countedStatus(job);
    if (name === undefined || reasons.has(name) || (status !== 'failure' && status !== 'error')) continue;
    const message = `job "${job.name}" ended as ${status}, and its matrix fails fast`;
    reasons.set(name, { code: 'fail-fast', message });
  }
  if (reasons.size === 0) return run;
  const jobs = run.jobs.map((job) => {
    const reason = reasons.get(fastMatrixOf(job) ?? '');
    return reason ? cancelJob(job, reason, nowMs) : job;
  });
  return jobs.every((job, index) => job === run.jobs[index]) ? run : { ...run, jobs };
}

function fastMatrixOf({ plan }: Job): string | undefined {
  return plan.kind === 'build' && plan.matrix?.failFast ? plan.matrix.job : undefined;
}
