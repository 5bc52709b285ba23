import { neededAs } from '../../pipelines/plan.ts';
import { hasPassedGate, waitAtGate } from './gate.ts';
import { isTakenUp, takeUp } from './give-out-again.ts';
import { waitForGroup, waitsForGroup } from './group.ts';
import { type Attempt, countedStatus, isFinal, type Job, type Run } from './run.ts';

/** Gives an attempt to each job whose needs are met, and skips those whose needs cannot be met any more. */
export function startReadyJobs(run: Run, nowMs: number): Run {
  const jobsNamed = Map.groupBy(run.jobs, ({ plan }) => neededAs(plan));
  let changed = false;
  const jobs = run.jobs.map((job): Job => {
    if (job.status !== 'queued' || job.attempt?.status === 'queued') return job;
    const needed = job.plan.needs.map((name) => stateOf(jobsNamed.get(name) ?? []));
    const unmet = needed.find((state) => typeof state === 'object');
    if (unmet === undefined && needed.includes('pending')) return job;
    changed = true;
    if (unmet !== undefined) {
      const reason = { code: 'needs', message: unmet.why };
      return { ...job, status: 'skipped', reason, finishedAtMs: nowMs };
    }
    const { approval, group } = job.plan;
    if (isTakenUp(job)) return { ...job, attempt: nextAttempt(job, nowMs) };
    // Before the group: nobody is kept out of it by a job that waits for somebody's word.
    if (approval && !hasPassedGate(job)) return waitAtGate(job, approval, nowMs);
    if (group !== undefined) return waitForGroup(job, group);
    return { ...job, attempt: nextAttempt(job, nowMs) };
  });
  // A job that was skipped just now may leave others without what they need.
  return changed ? startReadyJobs({ ...run, jobs }, nowMs) : run;
}

/** Whether the jobs of one name are all that they are needed for, may still be, or why they never will be. */
function stateOf(jobs: readonly Job[]): 'met' | 'pending' | { why: string } {
  const missed = jobs.find((job) => isFinal(job.status) && countedStatus(job) !== 'success');
  if (missed) return { why: `job "${missed.name}" ${endOf(missed)}` };
  if (jobs.length === 0) return { why: 'a job that it needs is not in the run' };
  return jobs.every((job) => isFinal(job.status)) ? 'met' : 'pending';
}

function endOf({ status, reason }: Job): string {
  const wasPeople = reason?.code === 'rejected' || reason?.code === 'approval-expired';
  return wasPeople ? `ended as ${status}: ${reason.message}` : `ended as ${status}`;
}

/** Gives an attempt to the job whose turn it is. One that waits no longer, or waits anew, stays as it is. */
export function grantGroup(job: Job, turn: number, nowMs: number): Job {
  if (!waitsForGroup(job) || job.turn !== turn) return job;
  const { reason: _reason, ...rest } = job;
  return { ...rest, status: 'queued', attempt: nextAttempt(rest, nowMs) };
}

function nextAttempt(job: Job, nowMs: number): Attempt {
  const number = (job.attempt?.number ?? 0) + 1;
  return {
    number,
    status: 'queued',
    queuedAtMs: nowMs,
    ...takeUp(job, number, nowMs),
    cancelRequested: false,
    lastSeq: 0,
    steps: [],
  };
}
