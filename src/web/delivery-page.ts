import { html } from 'hono/html';
import type { DeliverySummary, RunSummary } from '../runs/history.ts';
import { deliveryVerdict } from './delivery-verdict.ts';
import { type Html, isolated, nothing } from './html-text.ts';
import { layout } from './layout.ts';
import { titleOf } from './reference-view.ts';
import { statusLabel } from './status-view.ts';
import { moment } from './time-view.ts';

type Delivery = DeliverySummary & { runs: readonly RunSummary[]; replays: readonly string[] };

export function deliveryPage(delivery: Delivery, { canReplay = false } = {}): Html {
  return layout({
    title: `Delivery ${delivery.deliveryId}`,
    current: 'deliveries',
    body: html`<div class="top run-title"><h1>Delivery of ${isolated(delivery.event)}</h1>${canReplay ? replayForm(delivery) : nothing}</div>
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
<dt>${delivery.replayOf === undefined ? 'Received' : 'Replayed'}</dt><dd>${moment(delivery.receivedAtMs)}</dd>
${originOf(delivery)}
<dt>Id at the sender</dt><dd><code>${delivery.deliveryId}</code></dd>
<dt>Id here</dt><dd><code>${delivery.id}</code></dd>
<dt>Correlation id</dt><dd><code>${delivery.correlationId}</code></dd>
</dl>
</section>`,
  });
}

/** How it came here, where that was not by itself, and what came of it. */
function originOf({ event, recovered, replayOf, askedBy, replays }: Delivery): Html {
  return html`${
    recovered
      ? html`<dt>Recovered</dt><dd>${event === 'head' ? html`no webhook ever named this commit: its branch or pull request was found to stand at it` : html`it never arrived, and was found in the sender's log`}</dd>
`
      : nothing
  }${
    replayOf === undefined
      ? nothing
      : html`<dt>Replay of</dt><dd><a href="/deliveries/${replayOf}">${replayOf}</a>, for ${isolated(askedBy ?? 'nobody known')}</dd>\n`
  }${
    replays.length === 0
      ? nothing
      : html`<dt>Replayed as</dt><dd>${replays.map((id, index) => html`${index === 0 ? '' : ', '}<a href="/deliveries/${id}">${id}</a>`)}</dd>\n`
  }`;
}

/** A plain form, so that it works without a script. What is pending is tried again by itself. */
function replayForm({ id, outcome }: Delivery): Html {
  if (outcome === 'pending') return nothing;
  return html`<div class="actions"><form method="post" action="/deliveries/${id}/replay"><button>Replay</button></form></div>`;
}
