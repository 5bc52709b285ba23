import type { Reason } from '../contract/job-event.ts';
import { isFinal, type Job } from './run.ts';

/** Ends a job that nobody holds; whoever holds it is told to stop, and ends it. One that is being stopped stays. */
export function cancelJob(job: Job, reason: Reason, nowMs: number): Job {
  if (isFinal(job.status) || job.attempt?.cancelRequested) return job;
  if (job.attempt?.status === 'leased') {
    return { ...job, reason, attempt: { ...job.attempt, cancelRequested: true } };
  }
  const ended: Job = { ...job, status: 'cancelled', reason, finishedAtMs: nowMs };
  // Before its turn a job has no attempt, or one of before it was tried again, which ended then.
  return job.attempt?.status === 'queued'
    ? { ...ended, attempt: { ...job.attempt, status: 'ended', finishedAtMs: nowMs } }
    : ended;
}
