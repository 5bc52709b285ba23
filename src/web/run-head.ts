import { html } from 'hono/html';
import type { RunDetail } from '../runs/history.ts';
import { approvalBoxes } from './approval-box.ts';
import { builtHeadBox } from './built-head-box.ts';
import { type Html, isolated, nothing } from './html-text.ts';
import { isolationBox } from './isolation-box.ts';
import { listHref } from './list-query.ts';
import { reasonBox } from './reason-box.ts';
import { reference, shortCommit, titleOf } from './reference-view.ts';
import { runActions } from './run-actions.ts';
import { eventWord } from './run-filters.ts';
import { statusLabel } from './status-view.ts';
import { age, durationOf } from './time-view.ts';
import { warningBox } from './warning-box.ts';

/** What a reader wants to know before anything else: how it stands, what it is, and why it went wrong. */
export function runHead(run: RunDetail, nowMs: number, withActions: boolean): Html {
  const took = durationOf(run, nowMs);
  const took_ =
    took === undefined
      ? nothing
      : run.finishedAtMs === undefined
        ? html`<span>for <span class="took" data-since="${run.startedAtMs}">${took}</span></span>`
        : html`<span>in <span class="took">${took}</span></span>`;
  return html`<div class="run-title">
${statusLabel(run.status)}
<h1>${isolated(titleOf(run))} <span class="number">#${run.number}</span></h1>
${withActions ? runActions(run) : ''}
</div>
<p class="run-line">
<a href="${listHref('/runs', { repository: run.repository })}">${isolated(run.repository)}</a>
${reference(run)} ${shortCommit(run.sha)}
<span>${eventWord(run.event)}${run.schedule ? html` <code>${run.schedule.cron}</code>` : ''}${run.author === '' ? '' : html` by ${isolated(run.author)}`}</span>
<span>${age(run.createdAtMs, nowMs)}</span>
${run.recovered ? html`<span title="Its webhook never arrived: it was found at the provider">recovered</span>` : ''}
${took_}
${run.supersededBy ? html`<span>superseded by <a href="/runs/${run.supersededBy.id}">#${run.supersededBy.number}</a></span>` : ''}
${run.approval ? html`<span>approved by ${isolated(run.approval.by)} ${age(run.approval.atMs, nowMs)}</span>` : ''}
</p>
${run.reason ? reasonBox(run.reason, run.status, run.problems) : ''}
${withActions ? approvalBoxes(run) : ''}
${isolationBox(run)}
${builtHeadBox(run)}
${warningBox(run)}`;
}
