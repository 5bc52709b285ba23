import { html } from 'hono/html';
import type { Change } from '../runs/change.ts';
import type { RunFilter } from '../runs/history.ts';
import { type Status, statuses } from '../runs/run.ts';
import type { Html } from './html-text.ts';
import { choiceParameter, type Lookup, listHref, textParameter } from './list-query.ts';
import { PageRefusal } from './page-refusal.ts';
import { statusIcon, statusWord } from './status-view.ts';

const events = [
  'push',
  'tag',
  'pull_request',
  'merge_group',
  'release',
  'dispatch',
  'schedule',
] as const satisfies readonly Change['event'][];
const eventWords = {
  push: 'Push',
  tag: 'Tag',
  pull_request: 'Pull request',
  merge_group: 'Merge group',
  release: 'Release',
  dispatch: 'Dispatch',
  schedule: 'Schedule',
} as const;

export function eventWord(event: Change['event']): string {
  return eventWords[event];
}

export function runFilterOf(lookup: Lookup): RunFilter {
  const repository = textParameter(lookup, 'repository');
  const branch = textParameter(lookup, 'branch');
  const status = choiceParameter(lookup, 'status', statuses);
  const event = choiceParameter(lookup, 'event', events);
  const sha = textParameter(lookup, 'sha')?.toLowerCase();
  if (sha !== undefined && !/^[0-9a-f]{4,64}$/.test(sha)) {
    throw new PageRefusal('bad-parameter', `sha is "${sha}"; it must be 4 or more digits of a commit id`);
  }
  return {
    ...(repository === undefined ? {} : { repository }),
    ...(branch === undefined ? {} : { branch }),
    ...(status === undefined ? {} : { status }),
    ...(event === undefined ? {} : { event }),
    ...(sha === undefined ? {} : { sha }),
  };
}

export function isFiltered(filter: RunFilter): boolean {
  return Object.keys(filter).length > 0;
}

/** The ones people look for; the rest are in the form. */
const quick = ['running', 'failure', 'error', 'success'] as const satisfies readonly Status[];

/** Plain links and a plain form: the address says what is shown, and can be sent to a colleague. */
export function filterForm(filter: RunFilter): Html {
  const { status: _status, ...others } = filter;
  return html`<div class="filters">
<nav class="tabs" aria-label="Status">
${tab('All', listHref('/runs', others), filter.status === undefined)}
${quick.map((status) => tab(html`${statusIcon(status)}${statusWord(status)}`, listHref('/runs', { ...others, status }), filter.status === status))}
</nav>
<form action="/runs" method="get">
<input type="search" name="repository" value="${filter.repository ?? ''}" placeholder="owner/repository" aria-label="Repository" autocapitalize="off" autocomplete="off" spellcheck="false">
<input type="search" name="branch" value="${filter.branch ?? ''}" placeholder="branch" aria-label="Branch" autocapitalize="off" autocomplete="off" spellcheck="false">
<select name="status" aria-label="Status"><option value="">any status</option>${statuses.map((status) => option(status, statusWord(status), filter.status))}</select>
<select name="event" aria-label="Event"><option value="">any event</option>${events.map((event) => option(event, eventWords[event], filter.event))}</select>
<button>Filter</button>
${isFiltered(filter) ? html`<a class="clear" href="/runs">Clear</a>` : ''}
</form>
</div>`;
}

function tab(text: string | Html, href: string, isCurrent: boolean): Html {
  return isCurrent
    ? html`<a href="${href}" aria-current="true">${text}</a>`
    : html`<a href="${href}">${text}</a>`;
}

function option(value: string, text: string, chosen: string | undefined): Html {
  return value === chosen
    ? html`<option value="${value}" selected>${text}</option>`
    : html`<option value="${value}">${text}</option>`;
}
