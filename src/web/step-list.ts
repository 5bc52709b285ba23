import { html } from 'hono/html';
import type { AttemptDetail, JobDetail } from '../runs/history.ts';
import type { Step } from '../runs/run.ts';
import { type Html, isolated, nothing, shortened } from './html-text.ts';
import { statusMark } from './status-view.ts';
import { duration } from './time-view.ts';

/** The steps of one attempt. The name of a step leads to where its part of the log begins. */
export function stepList(
  runId: string,
  job: JobDetail,
  attempt: AttemptDetail,
  isChosen: boolean,
  nowMs: number,
): Html {
  const page = isChosen ? '' : `/runs/${runId}?job=${job.id}`;
  return html`<ol>
${attempt.steps.map((step) => row(step, `${page}#step-${step.index}`, nowMs))}</ol>`;
}

function row(step: Step, href: string, nowMs: number): Html {
  const hasBegun = step.startedAtMs !== undefined;
  const name = isolated(shortened(step.name, 120));
  return html`<li class="step s-${step.status}">
${statusMark(step.status)}
${hasBegun ? html`<a class="step-name" href="${href}" title="${step.name}">${name}</a>` : html`<span class="step-name" title="${step.name}">${name}</span>`}
${exitCode(step)}${step.tries === undefined ? '' : html`<span class="tag" title="retry">${step.tries} tries</span>`}${step.allowed ? html`<span class="tag" title="continue_on_error">allowed</span>` : ''}
${duration(step, nowMs)}
${step.message === undefined || step.status === 'success' ? '' : html`<pre class="step-message">${step.message}</pre>`}
</li>
`;
}

function exitCode(step: Step): Html {
  return step.exitCode === undefined || step.exitCode === 0
    ? nothing
    : html`<span class="tag exit">exit ${step.exitCode}</span>`;
}
