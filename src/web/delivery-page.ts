import { html } from 'hono/html';
import type { DeliverySummary, RunSummary } from '../runs/history.ts';
import { deliveryVerdict } from './delivery-verdict.ts';
import { type Html, isolated } from './html-text.ts';
import { layout } from './layout.ts';
import { titleOf } from './reference-view.ts';
import { statusLabel } from './status-view.ts';
import { moment } from './time-view.ts';

export function deliveryPage(delivery: DeliverySummary & { runs: readonly RunSummary[] }): Html {
  return layout({
    title: `Delivery ${delivery.deliveryId}`,
    current: 'deliveries',
    body: html`<div class="top"><h1>Delivery of ${isolated(delivery.event)}</h1></div>
<p class="verdict large">${deliveryVerdict(delivery)}</p>
${
  delivery.runs.length === 0
    ? ''
    : html`<ul class="rows">${delivery.runs.map(
        (run) =>
          html`<li class="delivered-run">${statusLabel(run.status)} <a class="strong" href="/runs/${run.id}">${isolated(titleOf(run))}</a> <span class="quiet">#${run.number}</span></li>`,
      )}</ul>`
}
<section class="part">
<h2>About this delivery</h2>
<dl class="facts">
<dt>Source</dt><dd>${delivery.source}</dd>
<dt>Event</dt><dd><code>${delivery.event}</code></dd>
<dt>Repository</dt><dd>${delivery.repository === undefined ? 'none named' : isolated(delivery.repository)}</dd>
<dt>Received</dt><dd>${moment(delivery.receivedAtMs)}</dd>
<dt>Id at the sender</dt><dd><code>${delivery.deliveryId}</code></dd>
<dt>Id here</dt><dd><code>${delivery.id}</code></dd>
<dt>Correlation id</dt><dd><code>${delivery.correlationId}</code></dd>
</dl>
</section>`,
  });
}
