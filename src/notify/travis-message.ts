import type { EndedStatus } from '../runs/notification.ts';
import type { Post } from './post-request.ts';
import { durationMs, type RunReport } from './run-report.ts';
import { signed } from './webhook-message.ts';

const states: Record<EndedStatus, string> = {
  success: 'passed',
  failure: 'failed',
  error: 'errored',
  cancelled: 'canceled',
};

/**
 * What programs made for Travis CI take: the form field `payload`, with those of its fields that there is something to
 * say in (https://docs.travis-ci.com/user/notifications/#webhooks-delivery-format). It has hookline's signature and not
 * that of Travis.
 */
export function travisMessage(
  report: RunReport,
  { url, secret, nowMs }: { url: string; secret: string | undefined; nowMs: number },
): Post {
  const body = new URLSearchParams({ payload: JSON.stringify(payloadOf(report)) }).toString();
  return signed({ url, body, type: 'application/x-www-form-urlencoded' }, report, secret, nowMs);
}

function payloadOf({ run, word, runUrl }: RunReport) {
  const { change } = run;
  const [owner = '', name = owner] = run.repository.split('/');
  const took = durationMs(run);
  const result = run.status === 'success' ? 0 : 1;
  return {
    id: run.id,
    number: String(run.number),
    type: change.event === 'schedule' ? 'cron' : change.event === 'pull_request' ? 'pull_request' : 'push',
    state: states[run.status],
    status: result,
    result,
    status_message: word,
    result_message: word,
    started_at: run.startedAtMs === undefined ? null : new Date(run.startedAtMs).toISOString(),
    finished_at: new Date(run.finishedAtMs).toISOString(),
    duration: took === undefined ? null : Math.round(took / 1000),
    build_url: runUrl,
    commit: change.sha,
    head_commit: change.pullRequest ? change.sha : null,
    branch: change.pullRequest?.baseBranch ?? change.branch ?? change.tag ?? '',
    tag: change.tag ?? null,
    message: change.title,
    author_name: change.author.name,
    author_email: change.author.email ?? null,
    pull_request: change.pullRequest !== undefined,
    pull_request_number: change.pullRequest?.number ?? null,
    pull_request_title: change.pullRequest?.title ?? null,
    repository: { name, owner_name: owner, slug: run.repository },
  };
}
