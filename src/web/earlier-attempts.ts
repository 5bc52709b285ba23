import { html } from 'hono/html';
import type { AttemptDetail, JobDetail } from '../runs/history.ts';
import { type Html, isolated, nothing, shortened } from './html-text.ts';

const words = { queued: 'queued', leased: 'running', ended: 'ended', lost: 'lost' } as const;

/** The attempts before the newest one, each with why it ended and whether hookline itself tried again because of that. */
export function earlierAttempts(job: JobDetail): Html {
  const earlier = job.attempts.slice(0, -1);
  if (earlier.length === 0) return nothing;
  return html`<ul class="attempts">
${earlier.map(
  (attempt) => html`<li>${attemptText(attempt)}
<a href="/api/v1/jobs/${job.id}/log?attempt=${attempt.number}">log</a></li>
`,
)}</ul>`;
}

function attemptText(attempt: AttemptDetail): Html {
  const { number, status, runner, isolation, reason, fault, triedAgain } = attempt;
  const where = runner === undefined ? '' : html` on ${isolated(runner)}`;
  const tag =
    fault === 'infrastructure'
      ? html` <span class="tag" title="no fault of the repository">infrastructure</span>`
      : '';
  const bare = isolation === 'none' ? ' without isolation' : '';
  const why = reason ? html`: ${isolated(shortened(reason.message, 300))}` : '';
  return html`Attempt ${number} ${words[status]}${where}${bare}${tag}${why}${triedAgain ? ', tried again' : ''}`;
}
