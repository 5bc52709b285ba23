import { cancelJob } from './cancel-job.ts';
import type { Job } from './run.ts';
import { hasBegun } from './supersede.ts';

/**
 * Groups: of the jobs of a repository that name the same one, one is carried out at a time. A job whose needs are met
 * first waits for its group; the store queues it, in the transaction that makes it wait, and once the group is its own
 * moves it on by `group-granted`. It holds the group through all attempts that lose their runner, until it ends.
 */
export function waitsForGroup({ status, reason }: Pick<Job, 'status' | 'reason'>): boolean {
  return status === 'waiting' && reason?.code === 'group';
}

export function waitForGroup(job: Job, group: string): Job {
  const reason = { code: 'group', message: groupText(group) };
  return { ...job, status: 'waiting', turn: (job.turn ?? 0) + 1, reason };
}

/** `holder` is the number of the run whose job holds the group, as far as it is known. */
export function groupText(group: string, holder?: number): string {
  return holder === undefined
    ? `waits for its turn in group "${group}"`
    : `group "${group}" is held by run #${holder}`;
}

/** A newer run came to a group in which the newest wins. A deployment that has begun is carried to its end. */
export function giveWay(job: Job, turn: number, newer: number, nowMs: number): Job {
  if (job.turn !== turn || hasBegun(job)) return job;
  const message = `superseded by run #${newer} in group "${job.plan.group}"`;
  return cancelJob(job, { code: 'superseded', message }, nowMs);
}
