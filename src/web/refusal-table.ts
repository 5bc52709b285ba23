import { html } from 'hono/html';
import type { RefusalCount } from '../runs/history.ts';
import { type Html, isolated, nothing } from './html-text.ts';
import { age } from './time-view.ts';

/** What to look at when a reason is seen often. The reasons are those of intake; others are shown without advice. */
const advice: Readonly<Record<string, string>> = {
  'secret-not-configured': 'this service has no secret for that source, so it takes nothing from it',
  'signature-missing': 'the sender signs nothing: no secret is set where the webhook is configured',
  'signature-malformed': 'the signature header is not one; is something between changing it?',
  'signature-mismatch': 'the secret there is not the secret here',
  'timestamp-outside-window': "the sender's clock and this one disagree, or the request is an old one",
  'body-too-large': 'more than 25 MB, which GitHub never sends',
  'event-does-not-fit': 'the event header does not belong to the payload',
};

export function refusalTable(refusals: readonly RefusalCount[], nowMs: number): Html {
  if (refusals.length === 0) return nothing;
  return html`<section class="part">
<h2>Turned away</h2>
<p class="quiet">Requests that were not verified are counted, not kept.</p>
<ul class="rows">
${refusals.map(
  ({ source, reason, count, lastAtMs }) => html`<li class="refusal">
<b class="count">${count.toLocaleString('en')}</b>
<span><code>${isolated(reason)}</code> <span class="quiet">${isolated(source)}</span></span>
<span class="quiet">${advice[reason] ?? ''}</span>
<span class="quiet when">last ${age(lastAtMs, nowMs)}</span>
</li>
`,
)}</ul>
</section>`;
}
