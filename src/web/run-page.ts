import { html } from 'hono/html';
import type { RunDetail } from '../runs/history.ts';
import { isFinal } from '../runs/run.ts';
import { chooseJob } from './choose-job.ts';
import { type Html, nothing } from './html-text.ts';
import { jobCards } from './job-cards.ts';
import { layout } from './layout.ts';
import { logPanel } from './log-panel.ts';
import { referenceName, titleOf } from './reference-view.ts';
import { runFacts } from './run-facts.ts';
import { runHead } from './run-head.ts';
import { runResults } from './run-results.ts';
import { statusWord } from './status-view.ts';

export type RunView = { run: RunDetail; askedJobId?: string; nowMs: number; withActions?: boolean };

/** How often an open page asks for news of a run when no stream of a log tells it. */
const refreshMs = 3_000;

/**
 * Parts marked `data-live` are taken anew from this same page while the run goes on. The log is not one of
 * them: it has a stream of its own.
 */
export function runPage({ run, askedJobId, nowMs, withActions = false }: RunView): Html {
  const job = chooseJob(run.jobs, askedJobId);
  const refresh = isFinal(run.status) ? nothing : html` data-refresh="${refreshMs}"`;
  return layout({
    title: `${statusWord(run.status)}: ${titleOf(run)} · ${run.repository} #${run.number} (${referenceName(run)})`,
    status: run.status,
    current: 'runs',
    scripts: ['live-page.js', ...(job ? ['live-log.js'] : [])],
    body: html`<div id="run-head" data-live${refresh}>
${runHead(run, nowMs, withActions)}
</div>
${
  job
    ? html`<div class="work">
<div id="run-jobs" data-live>
${jobCards(run, job, nowMs)}
</div>
${logPanel(job)}
</div>`
    : ''
}
<div id="run-results" data-live>
${runResults(run, nowMs)}
${runFacts(run)}
</div>`,
  });
}
