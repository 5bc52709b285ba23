import { html } from 'hono/html';
import type { DeliverySummary } from '../runs/history.ts';
import { type Html, isolated, shortened } from './html-text.ts';
import { statusIcon } from './status-view.ts';

/** What became of a delivery: its runs, the reason for none, or what it still waits for. */
export function deliveryVerdict(delivery: DeliverySummary): Html {
  const why = delivery.reason === undefined ? '' : isolated(shortened(delivery.reason, 400));
  switch (delivery.outcome) {
    case 'runs':
      return html`${statusIcon('success')}<span>${runLinks(delivery.runIds)}${why === '' ? '' : html` <span class="quiet">${why}</span>`}</span>`;
    case 'ignored':
      return html`${statusIcon('skipped')}<span>Nothing ran: ${why === '' ? 'no reason was kept' : why}</span>`;
    case 'pending':
      return delivery.problem === undefined
        ? html`${statusIcon('queued')}<span>About to be looked at</span>`
        : html`${statusIcon('waiting')}<span>Waits, and is tried again: ${isolated(shortened(delivery.problem, 400))}</span>`;
  }
}

function runLinks(ids: readonly string[]): Html {
  if (ids.length === 1) return html`<a href="/runs/${ids[0]}">One run</a>`;
  return html`${ids.length} runs: ${ids.map((id, index) => html`${index === 0 ? '' : ', '}<a href="/runs/${id}">${index + 1}</a>`)}`;
}
