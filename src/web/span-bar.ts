import { html } from 'hono/html';
import type { RunDetail } from '../runs/history.ts';
import type { Status } from '../runs/run.ts';
import { type Html, nothing } from './html-text.ts';

type Timed = { status: Status; startedAtMs?: number; finishedAtMs?: number };

/** When within its run a job was at work: one bar under the other, they show what ran beside what. */
export function spanBar(run: RunDetail, job: Timed, nowMs: number): Html {
  const span = spanWithin(run, job, nowMs);
  if (!span) return nothing;
  return html`<svg class="span s-${job.status}" viewBox="0 0 100 2" preserveAspectRatio="none" aria-hidden="true"><rect class="whole" width="100" height="2"/><rect x="${span.start}" width="${span.length}" height="2"/></svg>`;
}

/** In hundredths of the run, so far as it has come. */
export function spanWithin(
  run: Pick<RunDetail, 'startedAtMs' | 'createdAtMs' | 'finishedAtMs'>,
  job: Timed,
  nowMs: number,
): { start: number; length: number } | undefined {
  if (job.startedAtMs === undefined) return undefined;
  const beginMs = run.startedAtMs ?? run.createdAtMs;
  const wholeMs = Math.max(1, (run.finishedAtMs ?? nowMs) - beginMs);
  const start = hundredths(job.startedAtMs - beginMs, wholeMs);
  const end = hundredths((job.finishedAtMs ?? nowMs) - beginMs, wholeMs);
  // The shortest job can still be seen.
  return { start: Math.min(start, 99), length: Math.max(1, Math.round((end - start) * 10) / 10) };
}

function hundredths(partMs: number, wholeMs: number): number {
  return Math.min(100, Math.max(0, Math.round((partMs / wholeMs) * 1000) / 10));
}
