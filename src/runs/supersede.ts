import type { Reason } from '../contract/job-event.ts';
import type { Job, Run, Successor } from './run.ts';

export function successorOf({ id, number, change }: Run): Successor {
  return { id, number, sha: change.sha };
}

export function supersededReason({ number }: Successor): Reason {
  return { code: 'superseded', message: `superseded by run #${number}` };
}

/** What a deployment has done stays done: a run that has begun one is carried to its end. */
export function hasBegunToDeploy({ jobs }: Run): boolean {
  return jobs.some(hasBegun);
}

/** Whether the job is a deployment that somebody was given. */
export function hasBegun(job: Job): boolean {
  if (job.plan.kind !== 'deploy') return false;
  return isAhead(job) ? wasBegun(job) : job.attempt?.lease !== undefined;
}

function isAhead({ status }: Job): boolean {
  return status === 'queued' || status === 'waiting';
}

/** Its runner was lost, and nobody knows how far it came. An attempt that a person asked for anew was not begun. */
function wasBegun({ attempt }: Job): boolean {
  return attempt?.status === 'queued' && attempt.losses > 0;
}

/**
 * Whether another run has the last word on this run's commit: statuses of both have one name there, and the older
 * run, which may take a while to stop, must not overwrite what the newer one says.
 */
export function isSilenced({ supersededBy, change }: Run): boolean {
  return supersededBy?.sha === change.sha;
}
