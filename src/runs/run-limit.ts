import type { Reason } from '../contract/job-event.ts';
import { isFinal, type Run, type RunLimit } from './run.ts';

export function runLimit(timeoutMs: number): RunLimit {
  return { timeoutMs, leftMs: timeoutMs };
}

/** Starts or stops the clock as the state of the run wants it. */
export function keepTime(run: Run, nowMs: number): Run {
  const { limit } = run;
  if (!limit) return run;
  const { timeoutMs, leftMs, deadlineMs } = limit;
  const runs = run.status === 'running' && !isOutOfTime(run.reason);
  if (runs && deadlineMs === undefined) {
    return { ...run, limit: { timeoutMs, leftMs, deadlineMs: nowMs + leftMs } };
  }
  if (!runs && deadlineMs !== undefined) {
    return { ...run, limit: { timeoutMs, leftMs: Math.max(0, deadlineMs - nowMs) } };
  }
  return run;
}

export function isOverdue(run: Run, nowMs: number): boolean {
  return !isFinal(run.status) && run.limit?.deadlineMs !== undefined && run.limit.deadlineMs <= nowMs;
}

export function outOfTime({ timeoutMs }: RunLimit): Reason {
  const message = `the run took longer than its limit of ${limitText(timeoutMs)}`;
  return { code: 'run-timeout', message };
}

/** The run was stopped because its time was over. */
export function isOutOfTime(reason: Reason | undefined): boolean {
  return reason?.code === 'run-timeout';
}

/** `90 s`, `10 min`, `1 h 30 min`: a limit as it is told to people. */
export function limitText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const [hours, minutes, rest] = [
    Math.floor(seconds / 3600),
    Math.floor((seconds % 3600) / 60),
    seconds % 60,
  ];
  return [hours && `${hours} h`, minutes && `${minutes} min`, rest && `${rest} s`].filter(Boolean).join(' ');
}
