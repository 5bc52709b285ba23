import { html } from 'hono/html';
import { languageOf } from '../../pipelines/parse-file.ts';
import { explainTemplate, templateOf } from '../../pipelines/templates/template-file.ts';
import type { ScheduledTime } from '../runs/change.ts';
import type { RunDetail } from '../runs/history.ts';
import { limitText } from '../runs/run-limit.ts';
import { type Html, nothing } from './html-text.ts';
import { moment } from './time-view.ts';

/** Where a run came from and under which ids to look for it elsewhere. */
export function runFacts(run: RunDetail): Html {
  return html`<section class="part">
<h2>About this run</h2>
<dl class="facts">
<dt>Commit</dt><dd><code>${run.sha}</code></dd>
<dt>Reference</dt><dd><code>${run.ref}</code></dd>
${run.schedule ? scheduleFact(run.schedule) : ''}
<dt>Pipeline</dt><dd><code>${run.pipeline.file}</code> <code class="quiet">${run.pipeline.digest.slice(0, 12)}</code>${originOf(run.pipeline.file)}</dd>
<dt>Created</dt><dd>${moment(run.createdAtMs)}</dd>
${run.startedAtMs === undefined ? '' : html`<dt>Started</dt><dd>${moment(run.startedAtMs)}</dd>`}
${run.finishedAtMs === undefined ? '' : html`<dt>Finished</dt><dd>${moment(run.finishedAtMs)}</dd>`}
${run.limit ? html`<dt>Time limit</dt><dd>${limitText(run.limit.timeoutMs)}${run.limit.deadlineMs === undefined ? '' : html`, over at ${moment(run.limit.deadlineMs)}`}</dd>` : ''}
<dt>Delivery</dt><dd><a href="/deliveries/${run.deliveryId}"><code>${run.deliveryId}</code></a></dd>
<dt>Correlation id</dt><dd><code>${run.correlationId}</code></dd>
<dt>API</dt><dd><a href="/api/v1/runs/${run.id}"><code>/api/v1/runs/${run.id}</code></a></dd>
</dl>
</section>`;
}

/** Why that file, where it is not the repository's own in our language. */
function originOf(file: string): string {
  const template = templateOf(file);
  if (template) return `: ${explainTemplate(template)}`;
  return languageOf(file) === 'travis' ? ', translated from the language of Travis CI' : '';
}

function scheduleFact({ cron, timezone, dueAtMs, missedSinceMs }: ScheduledTime): Html {
  const missed =
    missedSinceMs === undefined
      ? nothing
      : html`; also for the times missed since ${moment(missedSinceMs)}, when hookline was down`;
  return html`<dt>Schedule</dt><dd><code>${cron}</code> ${timezone}, due ${moment(dueAtMs)}${missed}</dd>`;
}
