import { isAllowedFailure, type Job, type Run } from '../../runs/run.ts';

/** `0.4 s`, `12.3 s`, `2 min 5 s` */
export function tookText(ms: number): string {
  if (ms < 60_000) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

export function countText(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** How a job ended, and why when it is not plain: `failure in 3.2 s: step "test" exited with code 1`. */
export function endText(job: Job): string {
  const { status, startedAtMs, finishedAtMs, reason } = job;
  const took =
    startedAtMs === undefined || finishedAtMs === undefined
      ? ''
      : ` in ${tookText(finishedAtMs - startedAtMs)}`;
  const allowed = isAllowedFailure(job) ? ', which is allowed' : '';
  return `${status}${took}${allowed}${reason ? `: ${reason.message}` : ''}`;
}

/** `success`: everything that ran did what it should; 1: the code said no; 2: something else did. */
export function exitCodeOf({ status }: Pick<Run, 'status'>): number {
  switch (status) {
    case 'success':
      return 0;
    case 'failure':
      return 1;
    case 'cancelled':
      return 130;
    default:
      return 2;
  }
}
