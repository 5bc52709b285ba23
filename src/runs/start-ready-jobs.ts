import { hasPassedGate, waitAtGate } from './gate.ts';
import { isTakenUp, takeUp } from './give-out-again.ts';
import { waitForGroup, waitsForGroup } from './group.ts';
import { jobsNamed, turnOf } from './needs.ts';
import type { Attempt, Job, Run } from './run.ts';

/** Gives an attempt to each job whose needs are met, and skips those whose needs cannot be met any more. */
export function startReadyJobs(run: Run, nowMs: number): Run {
  const named = jobsNamed(run.jobs);
  let changed = false;
  const jobs = run.jobs.map((job): Job => {
    if (job.status !== 'queued' || job.attempt?.status === 'queued') return job;
    const turn = turnOf(job, named);
    if (turn === 'later') return job;
    changed = true;
    if (turn !== 'now') return { ...job, status: 'skipped', reason: turn, finishedAtMs: nowMs };
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
