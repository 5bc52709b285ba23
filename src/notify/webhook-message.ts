import { createHmac } from 'node:crypto';
import type { Post } from './post-request.ts';
import { durationMs, type RunReport } from './run-report.ts';

/**
 * The signed message of the end of a run. `X-Hookline-Signature-256` is `sha256=` and, in hex, the HMAC-SHA-256 of
 * `<X-Hookline-Timestamp>.<body>` under the installation's secret: the same that hookline asks of who calls it. The id
 * is the same in every try, the time is that of the try.
 */
export function webhookMessage(
  report: RunReport,
  { url, secret, nowMs }: { url: string; secret: string | undefined; nowMs: number },
): Post {
  return signed(
    { url, body: JSON.stringify(payloadOf(report)), type: 'application/json' },
    report,
    secret,
    nowMs,
  );
}

export function signed(
  { url, body, type }: { url: string; body: string; type: string },
  { id }: Pick<RunReport, 'id'>,
  secret: string | undefined,
  nowMs: number,
): Post {
  const timestamp = String(Math.floor(nowMs / 1000));
  const headers = {
    'content-type': type,
    'x-hookline-event': 'run.finished',
    'x-hookline-delivery': id,
    'x-hookline-timestamp': timestamp,
  };
  if (secret === undefined) return { url, body, headers };
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return { url, body, headers: { ...headers, 'x-hookline-signature-256': `sha256=${signature}` } };
}

function payloadOf({ id, run, word, before, runUrl }: RunReport) {
  const { change } = run;
  return {
    id,
    event: 'run.finished',
    repository: run.repository,
    run: {
      id: run.id,
      number: run.number,
      url: runUrl,
      status: run.status,
      result: word,
      previousStatus: before ?? null,
      reason: run.reason ?? null,
      event: change.event,
      ref: change.ref,
      branch: change.branch ?? null,
      tag: change.tag ?? null,
      pullRequest: change.pullRequest ?? null,
      sha: change.sha,
      title: change.title,
      author: change.author.name,
      createdAt: timeOf(run.createdAtMs),
      startedAt: timeOf(run.startedAtMs),
      finishedAt: timeOf(run.finishedAtMs),
      durationMs: durationMs(run) ?? null,
    },
    failed: run.failed,
  };
}

function timeOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
