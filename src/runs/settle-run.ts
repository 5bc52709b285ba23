import type { Reason } from '../contract/job-event.ts';
import { countedStatus, isAllowedFailure, isFinal, type Job, type Run, type Status } from './run.ts';
import { isOutOfTime } from './run-limit.ts';
import { movedImageText } from './used-image.ts';

/** Brings what a run says of itself in line with its jobs: status, times and reason. One that ended stays as it is. */
export function settleRun(run: Run, nowMs: number): Run {
  if (isFinal(run.status)) return run;
  const summed = runStatus(run.jobs);
  const isLate = summed === 'cancelled' && isOutOfTime(run.reason);
  const status = isLate ? 'failure' : summed;
  const started = run.startedAtMs ?? (run.jobs.some((job) => job.status === 'running') ? nowMs : undefined);
  const { reason: stopped, ...rest } = run;
  return {
    ...rest,
    status,
    ...(started === undefined ? {} : { startedAtMs: started }),
    ...(isFinal(status) ? { finishedAtMs: nowMs } : {}),
    ...reasonOf(run.jobs, summed, stopped),
  };
}

// The gravest end wins: what hookline or its surroundings did wrong, then the user's code, then a person's stop.
function runStatus(jobs: readonly Job[]): Status {
  const has = (status: Status) => jobs.some((job) => countedStatus(job) === status);
  if (jobs.some((job) => !isFinal(job.status))) {
    const isActive = jobs.some(({ status, attempt }) => status === 'running' || isQueued(status, attempt));
    if (has('waiting') && !isActive) return 'waiting';
    return has('running') || jobs.some((job) => isFinal(job.status)) ? 'running' : 'queued';
  }
  return (['error', 'failure', 'cancelled', 'success'] as const).find(has) ?? 'skipped';
}

function isQueued(status: Status, attempt: Job['attempt']): boolean {
  return status === 'queued' && attempt?.status === 'queued';
}

/** Why the run stands as it does. That it was to be stopped (`stopped`) is the reason only if it was. */
function reasonOf(jobs: readonly Job[], status: Status, stopped: Reason | undefined): { reason?: Reason } {
  if (!isFinal(status) || (status === 'cancelled' && stopped)) return stopped ? { reason: stopped } : {};
  if (status === 'success') return aside(jobs);
  const broken = jobs.find((job) => job.status === status && !isAllowedFailure(job));
  if (status === 'skipped' || !broken?.reason) return {};
  return { reason: { ...broken.reason, message: shortened(`${broken.name}: ${broken.reason.message}`) } };
}

/** A success that is not a whole one, or not the same as the first time, says so wherever it is shown. */
function aside(jobs: readonly Job[]): { reason?: Reason } {
  const failed = jobs.filter(isAllowedFailure);
  const count = failed.length === 1 ? '1 allowed failure' : `${failed.length} allowed failures`;
  const allowed = failed.length === 0 ? [] : [`${count}: ${failed.map(({ name }) => name).join(', ')}`];
  const moved = jobs.flatMap((job) => {
    const text = movedImageText(job);
    return text === undefined ? [] : [`${job.name}: ${text}`];
  });
  if (allowed.length + moved.length === 0) return {};
  const code = allowed.length > 0 ? 'allowed-failure' : 'image-moved';
  return { reason: { code, message: shortened([...allowed, ...moved].join('; ')) } };
}

function shortened(message: string): string {
  return message.slice(0, 4_000);
}
