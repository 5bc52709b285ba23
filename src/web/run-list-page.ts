import { html } from 'hono/html';
import type { Listed, RunFilter, RunSummary } from '../runs/history.ts';
import { isFinal } from '../runs/run.ts';
import { type Html, isolated, nothing, shortened } from './html-text.ts';
import { layout } from './layout.ts';
import { type Place, pager } from './list-pager.ts';
import { listHref } from './list-query.ts';
import { reference, shortCommit, titleOf } from './reference-view.ts';
import { filterForm, isFiltered } from './run-filters.ts';
import { noRunsYet } from './run-list-empty.ts';
import { statusLabel } from './status-view.ts';
import { age, duration } from './time-view.ts';

export type RunList = {
  filter: RunFilter;
  place: Place;
  runs: Listed<RunSummary>;
  /** Where this page was asked for, such as `https://ci.example.org`. */
  origin: string;
  nowMs: number;
};

/** How soon the list looks for news: sooner while something in it is on its way. */
const busyMs = 4_000;
const idleMs = 15_000;

export function runListPage({ filter, place, runs, origin, nowMs }: RunList): Html {
  const isBusy = runs.items.some((run) => !isFinal(run.status));
  const isNewest = place.before === undefined;
  const live = isNewest ? html` data-live data-refresh="${isBusy ? busyMs : idleMs}"` : nothing;
  const heading = filter.repository === undefined ? 'Runs' : filter.repository;
  return layout({
    title: heading,
    current: 'runs',
    scripts: ['live-page.js'],
    body: html`<div class="top"><h1>${isolated(heading)}</h1></div>
${runs.items.length > 0 || isFiltered(filter) ? filterForm(filter) : nothing}
<div id="run-list"${live}>
${list(runs.items, filter, isNewest, origin, nowMs)}
${pager('/runs', { ...filter }, place, runs.next)}
</div>`,
  });
}

function list(
  runs: readonly RunSummary[],
  filter: RunFilter,
  isNewest: boolean,
  origin: string,
  nowMs: number,
): Html {
  if (runs.length > 0) {
    return html`<ol class="runs">
${runs.map((run) => row(run, nowMs))}</ol>`;
  }
  if (!isNewest) return html`<p class="empty">No older runs.</p>`;
  if (!isFiltered(filter)) return noRunsYet(origin);
  return html`<p class="empty">No run fits this filter. <a href="/runs">Show all runs</a></p>`;
}

function row(run: RunSummary, nowMs: number): Html {
  const why = run.reason ? firstLine(run.reason.message) : '';
  return html`<li class="run-row">
${statusLabel(run.status)}
<div class="what">
<a class="title" href="/runs/${run.id}">${isolated(shortened(titleOf(run), 160))}</a>
<div class="meta"><a href="${listHref('/runs', { repository: run.repository })}">${isolated(run.repository)}</a> <span>#${run.number}</span>${run.author === '' ? '' : html` <span class="by">by ${isolated(shortened(run.author, 40))}</span>`}</div>
${why === '' ? '' : html`<div class="why">${isolated(why)}</div>`}
</div>
<div class="where">${reference(run)} ${shortCommit(run.sha)}</div>
<div class="when">${duration(run, nowMs)} ${age(run.createdAtMs, nowMs)}</div>
</li>
`;
}

function firstLine(message: string): string {
  return shortened(message.split('\n', 1)[0] ?? '', 200);
}
