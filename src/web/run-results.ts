import { html } from 'hono/html';
import { artifactFileName } from '../contract/live-log.ts';
import type { ArtifactDetail, NotificationDetail, RunDetail, StatusDetail } from '../runs/history.ts';
import { deploymentCards } from './deployment-cards.ts';
import { type Html, isolated, nothing } from './html-text.ts';
import { sizeText } from './size-text.ts';
import { testResults } from './test-results.ts';
import { age, dayText } from './time-view.ts';

/** What came out of a run: files, deployments, and what was said about it on the commit. */
export function runResults(run: RunDetail, nowMs: number): Html {
  return html`${testResults(run)}
${deploymentCards(run, nowMs)}
${artifacts(run.artifacts)}
${commitStatuses(run.statuses, nowMs)}
${notifications(run.notifications ?? [], nowMs)}`;
}

function artifacts(all: readonly ArtifactDetail[]): Html {
  if (all.length === 0) return nothing;
  return html`<section class="part">
<h2>Artifacts</h2>
<ul class="rows">
${all.map(
  (artifact) => html`<li class="artifact">
${artifactLink(artifact)}
<span class="quiet">${sizeText(artifact.sizeBytes)}, ${artifact.fileCount} ${artifact.fileCount === 1 ? 'file' : 'files'}, from ${isolated(artifact.jobName)}</span>
<code class="hash" title="SHA-256">${artifact.sha256}</code>
${artifact.proved ? html`<a href="/api/v1/artifacts/${artifact.id}/provenance" download title="What it was built from, signed; hookline verify checks it">Provenance</a>` : nothing}
</li>
`,
)}</ul>
</section>`;
}

/** What is gone is not linked to, and says so. */
function artifactLink({ id, name, format, removed }: ArtifactDetail): Html {
  const fileName = isolated(artifactFileName(name, format));
  if (!removed) return html`<a class="strong" href="/api/v1/artifacts/${id}" download>${fileName}</a>`;
  return html`<span class="strong">${fileName}</span> <span class="quiet" title="${removed.because}">removed by policy on ${dayText(removed.atMs)}</span>`;
}

const deliveryWords = {
  pending: 'about to be posted',
  sent: 'posted',
  superseded: 'replaced by a newer one before it was posted',
  failed: 'could not be posted',
} as const satisfies Record<StatusDetail['delivery'], string>;

function commitStatuses(all: readonly StatusDetail[], nowMs: number): Html {
  if (all.length === 0) return nothing;
  return html`<section class="part">
<h2>Commit statuses</h2>
<ul class="rows">
${all.map(
  (status) => html`<li class="commit-status d-${status.delivery}">
<span><code>${status.context}</code> <b>${status.state}</b></span>
<span>${isolated(status.description)}</span>
<span class="quiet">${deliveryWords[status.delivery]}${status.tries > 1 ? `, try ${status.tries}` : ''}, ${age(status.doneAtMs ?? status.createdAtMs, nowMs)}</span>
${status.problem === undefined ? '' : html`<span class="problem">${isolated(status.problem)}</span>`}
</li>
`,
)}</ul>
</section>`;
}

const sendingWords = {
  pending: 'about to be sent',
  sent: 'sent',
  superseded: 'not sent',
  failed: 'could not be sent',
} as const satisfies Record<NotificationDetail['delivery'], string>;

function notifications(all: readonly NotificationDetail[], nowMs: number): Html {
  if (all.length === 0) return nothing;
  return html`<section class="part">
<h2>Notifications</h2>
<ul class="rows">
${all.map(
  (each) => html`<li class="commit-status d-${each.delivery}">
<span><b>${each.channel}</b></span>
<span>${isolated(each.to)}</span>
<span class="quiet">${sendingWords[each.delivery]}${each.tries > 1 ? `, try ${each.tries}` : ''}, ${age(each.doneAtMs ?? each.createdAtMs, nowMs)}</span>
${each.problem === undefined ? '' : html`<span class="problem">${isolated(each.problem)}</span>`}
</li>
`,
)}</ul>
</section>`;
}
