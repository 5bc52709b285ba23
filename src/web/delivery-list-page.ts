import { html } from 'hono/html';
import type { DeliveryFilter, DeliverySummary, Listed, RefusalCount } from '../runs/history.ts';
import { deliveryVerdict } from './delivery-verdict.ts';
import { type Html, isolated, nothing } from './html-text.ts';
import { layout } from './layout.ts';
import { type Place, pager } from './list-pager.ts';
import { choiceParameter, type Lookup, listHref, textParameter } from './list-query.ts';
import { refusalTable } from './refusal-table.ts';
import { age } from './time-view.ts';

const outcomes = ['pending', 'runs', 'ignored'] as const satisfies readonly DeliverySummary['outcome'][];
const outcomeWords = { pending: 'Pending', runs: 'Made runs', ignored: 'Made none' } as const;

export function deliveryFilterOf(lookup: Lookup): DeliveryFilter {
  const repository = textParameter(lookup, 'repository');
  const outcome = choiceParameter(lookup, 'outcome', outcomes);
  return {
    ...(repository === undefined ? {} : { repository }),
    ...(outcome === undefined ? {} : { outcome }),
  };
}

export type DeliveryList = {
  filter: DeliveryFilter;
  place: Place;
  deliveries: Listed<DeliverySummary>;
  refusals: readonly RefusalCount[];
  nowMs: number;
};

const refreshMs = 10_000;

export function deliveryListPage({ filter, place, deliveries, refusals, nowMs }: DeliveryList): Html {
  const live = place.before === undefined ? html` data-live data-refresh="${refreshMs}"` : nothing;
  return layout({
    title: 'Deliveries',
    current: 'deliveries',
    scripts: ['live-page.js'],
    body: html`<div class="top"><h1>Deliveries</h1><p class="quiet">Every webhook that arrived and was verified, and what became of it.</p></div>
<div class="filters">
<nav class="tabs" aria-label="Outcome">
${tab('All', listHref('/deliveries', { ...filter, outcome: undefined }), filter.outcome === undefined)}
${outcomes.map((outcome) => tab(outcomeWords[outcome], listHref('/deliveries', { ...filter, outcome }), filter.outcome === outcome))}
</nav>
<form class="short" action="/deliveries" method="get">
${filter.outcome === undefined ? '' : html`<input type="hidden" name="outcome" value="${filter.outcome}">`}
<input type="search" name="repository" value="${filter.repository ?? ''}" placeholder="owner/repository" aria-label="Repository" autocapitalize="off" autocomplete="off" spellcheck="false">
<button>Filter</button>
</form>
</div>
<div id="delivery-list"${live}>
${
  deliveries.items.length === 0
    ? html`<p class="empty">${emptyText(filter, place)}</p>`
    : html`<ol class="runs">
${deliveries.items.map((delivery) => row(delivery, nowMs))}</ol>`
}
${pager('/deliveries', { ...filter }, place, deliveries.next)}
${refusalTable(refusals, nowMs)}
</div>`,
  });
}

function row(delivery: DeliverySummary, nowMs: number): Html {
  return html`<li class="delivery-row">
<div class="what">
<a class="title" href="/deliveries/${delivery.id}">${isolated(delivery.repository ?? 'no repository')}</a>
<div class="meta">${delivery.source} <b>${isolated(delivery.event)}</b>${originWord(delivery)}</div>
</div>
<div class="verdict">${deliveryVerdict(delivery)}</div>
<div class="when">${age(delivery.receivedAtMs, nowMs)}</div>
</li>
`;
}

function originWord({ recovered, replayOf }: DeliverySummary): Html | string {
  if (recovered)
    return html` <span title="It never arrived: it was found in the sender's log">recovered</span>`;
  return replayOf === undefined ? '' : ' replay';
}

function emptyText(filter: DeliveryFilter, place: Place): string {
  if (place.before !== undefined) return 'No older deliveries.';
  if (Object.keys(filter).length > 0) return 'No delivery fits this filter.';
  return 'Nothing has arrived yet. A webhook that was turned away is counted below; one that is not here or there never reached this service.';
}

function tab(text: string, href: string, isCurrent: boolean): Html {
  return isCurrent
    ? html`<a href="${href}" aria-current="true">${text}</a>`
    : html`<a href="${href}">${text}</a>`;
}
