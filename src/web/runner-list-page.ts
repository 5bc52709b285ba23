import { html } from 'hono/html';
import { conditionOf, orderFor, type RunnerCondition } from '../runs/runner-condition.ts';
import type { GivenOrder, KnownRunner, KnownRunners } from '../runs/runner-registry.ts';
import { type Html, isolated, nothing } from './html-text.ts';
import { layout } from './layout.ts';
import { age } from './time-view.ts';

export type RunnerList = { known: KnownRunners; nowMs: number; withActions: boolean };

const refreshMs = 5_000;

const conditionWords: Record<RunnerCondition, string> = {
  ready: 'Ready',
  'not-ready': 'Without its container engine',
  draining: 'Draining',
  drained: 'Drained',
  paused: 'Paused',
  stopping: 'Stopping',
  stopped: 'Stopped',
  silent: 'Silent',
};

/** Who is there, and what each is doing. */
export function runnerListPage({ known, nowMs, withActions }: RunnerList): Html {
  const { runners, all } = known;
  return layout({
    title: 'Runners',
    current: 'runners',
    scripts: ['live-page.js'],
    body: html`<div class="top"><h1>Runners</h1><p class="quiet">Who carries out jobs and deployments, as each last said.</p></div>
<div id="runner-list" data-live data-refresh="${refreshMs}">
${all ? html`<p class="empty">${orderText(all, nowMs)}: no runner takes a new job.</p>` : nothing}
${withActions ? html`<div class="actions">${all ? action('*', 'resume', 'Resume all') : action('*', 'pause', 'Pause all')}</div>` : nothing}
${
  runners.length === 0
    ? html`<p class="empty">No runner has been heard of yet. A runner is a process of its own: hookline start has one.</p>`
    : html`<ol class="runs">
${runners.map((runner) => row(runner, all, nowMs, withActions))}</ol>`
}
</div>`,
  });
}

function row(runner: KnownRunner, all: GivenOrder | undefined, nowMs: number, withActions: boolean): Html {
  const condition = conditionOf(runner, all, nowMs);
  const order = orderFor(runner, all);
  const isAway = condition === 'silent' || condition === 'stopped';
  const what = runner.kind === 'deployments' ? 'deployer' : 'runner';
  return html`<li class="delivery-row" id="runner-${runner.id}">
<div class="what">
<b class="title">${isolated(runner.name)}</b>
<div class="meta">${what} <code>${runner.id}</code> ${runner.version}${runner.engine === undefined ? '' : html` · ${isolated(runner.engine)}`}</div>
<div class="meta">${runner.labels.map((label) => html`<span class="tag">${label}</span> `)}</div>
</div>
<div class="verdict"><b>${conditionWords[condition]}</b>${order ? html` · ${orderText(order, nowMs)}` : ''} · ${runner.busy} of ${runner.slots} ${runner.slots === 1 ? 'slot' : 'slots'} busy
${jobList(runner)}
${withActions ? actions(runner) : nothing}</div>
<div class="when">${isAway ? 'since ' : ''}${age(runner.seenAtMs, nowMs)}</div>
</li>
`;
}

function jobList({ jobs }: KnownRunner): Html {
  if (jobs.length === 0) return nothing;
  return html`<ul>${jobs.map(
    (job) =>
      html`<li><a href="/runs/${job.runId}?job=${job.jobId}">${isolated(job.repository)} #${job.runNumber} ${isolated(job.jobName)}</a></li>`,
  )}</ul>`;
}

function orderText({ order, by, atMs }: GivenOrder, nowMs: number): Html {
  return html`${order === 'drain' ? 'drained' : 'paused'} by ${isolated(by)} ${age(atMs, nowMs)}`;
}

function actions({ id, order }: KnownRunner): Html {
  return order
    ? html`<div class="actions">${action(id, 'resume', 'Resume')}</div>`
    : html`<div class="actions">${action(id, 'pause', 'Pause')}${action(id, 'drain', 'Drain')}</div>`;
}

function action(id: string, verb: string, label: string): Html {
  return html`<form method="post" action="/runners/${id}/${verb}"><button>${label}</button></form>`;
}
