import { html } from 'hono/html';
import { z } from 'zod';
import type { DeploymentDetail, RunDetail } from '../runs/history.ts';
import { type Status, statuses } from '../runs/run.ts';
import { type Html, isolated, nothing } from './html-text.ts';
import { statusLabel } from './status-view.ts';
import { stepList } from './step-list.ts';
import { age } from './time-view.ts';

/** What a deployer tells of the machines it deploys to. It comes over the wire: what does not fit is not shown. */
const detailSchema = z.object({
  instances: z.array(
    z.object({
      id: z.string(),
      status: z.string(),
      lifecycleEvent: z.string().optional(),
      detail: z.string().optional(),
    }),
  ),
});

type Instance = z.infer<typeof detailSchema>['instances'][number];

export function deploymentCards(run: RunDetail, nowMs: number): Html {
  if (run.deployments.length === 0) return nothing;
  return html`<section class="part">
<h2>Deployments</h2>
<ul class="rows">
${run.deployments.map((deployment) => card(run, deployment, nowMs))}</ul>
</section>`;
}

function card(run: RunDetail, deployment: DeploymentDetail, nowMs: number): Html {
  const job = run.jobs.find((candidate) => candidate.name === deployment.jobName);
  const attempt = job?.attempts.at(-1);
  const instances = detailSchema.safeParse(deployment.detail).data?.instances ?? [];
  return html`<li class="deployment">
<div class="deployment-head"><b>${isolated(deployment.environment)}</b> ${anyStatus(deployment.status)}
${deployment.externalId === undefined ? '' : html`<code>${deployment.externalId}</code>`}
<span class="quiet">${age(deployment.updatedAtMs, nowMs)}</span></div>
${job && attempt && attempt.steps.length > 0 ? html`<div class="steps">${stepList(run.id, job, attempt, false, nowMs)}</div>` : ''}
${instances.length === 0 ? '' : html`<ul class="instances">${instances.map(instanceRow)}</ul>`}
</li>
`;
}

function instanceRow(instance: Instance): Html {
  return html`<li><code>${isolated(instance.id)}</code> ${anyStatus(instance.status)}${instance.lifecycleEvent === undefined ? '' : html` <span class="quiet">${isolated(instance.lifecycleEvent)}</span>`}
${instance.detail === undefined ? '' : html`<pre class="step-message">${instance.detail}</pre>`}</li>
`;
}

/** Deployers may know states that runs do not have. */
function anyStatus(text: string): Html {
  const status: Status | undefined = statuses.find((candidate) => candidate === text);
  return status ? statusLabel(status) : html`<span class="status">${isolated(text)}</span>`;
}
