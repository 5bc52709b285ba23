import type { EndedRun, ResultWord } from '../runs/notification.ts';
import type { Status } from '../runs/run.ts';

/** What there is to say of a run that ended, in the words that all messages share. */
export type RunReport = {
  id: string;
  run: EndedRun;
  word: ResultWord;
  before?: Status;
  runUrl: string;
};

/** `main`, `v1.2`, or `#7 into main`. */
export function placeText({ change }: EndedRun): string {
  const { pullRequest, branch, tag, ref } = change;
  if (pullRequest) return `#${pullRequest.number} into ${pullRequest.baseBranch}`;
  return branch ?? tag ?? ref;
}

export function durationMs({ startedAtMs, finishedAtMs }: EndedRun): number | undefined {
  return startedAtMs === undefined ? undefined : Math.max(0, finishedAtMs - startedAtMs);
}

export function tookText(run: EndedRun): string {
  const ms = durationMs(run);
  if (ms === undefined) return '';
  const seconds = Math.max(1, Math.round(ms / 1000));
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** One line of plain text, whatever strangers wrote: no control characters, and none that turn the direction around. */
export function lineOf(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** `test, step npm test: exit 1`, one line for each job that went wrong. */
export function failureLines({ failed, reason }: EndedRun): string[] {
  if (failed.length === 0) return reason ? [lineOf(reason.message)] : [];
  return failed.map(({ job, step, message }) => {
    const place = step === undefined ? job : `${job}, step ${step}`;
    // What it printed last stands below the first line: that is for the page of the run.
    const [why = ''] = (message ?? '').trim().split('\n');
    return lineOf(why === '' ? place : `${place}: ${why}`);
  });
}
