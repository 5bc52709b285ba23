import { html } from 'hono/html';
import { z } from 'zod';
import type { DeploymentDetail, RunDetail } from '../runs/history.ts';
import { type Status, statuses } from '../runs/run.ts';
import { type Html, isolated, nothing } from './html-text.ts';
import { sizeText } from './size-text.ts';
import { statusLabel } from './status-view.ts';
import { age } from './time-view.ts';

/** What a deployer tells of what it deploys to. It comes over the wire: what does not fit is not shown. */
const detailSchema = z.object({
  instances: z
    .array(
      z.object({
        id: z.string(),
        status: z.string(),
        lifecycleEvent: z.string().optional(),
        detail: z.string().optional(),
      }),
    )
    .default([]),
  upload: z
    .object({ bucket: z.string(), prefix: z.string(), fileCount: z.int(), sizeBytes: z.int() })
    .optional(),
});

type Upload = NonNullable<z.infer<typeof detailSchema>['upload']>;
type Instance = z.infer<typeof detailSchema>['instances'][number];

export function deploymentCards(run: RunDetail, nowMs: number): Html {
  if (run.deployments.length === 0) return nothing;
  return html`<section class="part">
<h2>Deployments</h2>
<ul class="rows">
${run.deployments.map((deployment) => card(run, deployment, nowMs))}</ul>
</section>`;
}

/** The steps of a deployment stand with its job; here is what became of it, on each machine. */
function card(run: RunDetail, deployment: DeploymentDetail, nowMs: number): Html {
  const job = run.jobs.find((candidate) => candidate.name === deployment.jobName);
  const { instances = [], upload } = detailSchema.safeParse(deployment.detail).data ?? {};
  return html`<li class="deployment">
<div class="deployment-head"><b>${isolated(deployment.environment)}</b> ${anyStatus(deployment.status)}
${deployment.externalId === undefined ? '' : html`<code>${isolated(deployment.externalId)}</code>`}
<span class="quiet">${age(deployment.updatedAtMs, nowMs)}</span>
${job ? html`<a class="deployment-log" href="/runs/${run.id}?job=${job.id}">Steps and log</a>` : ''}</div>
${upload ? html`<p class="quiet">${uploadText(upload)}</p>` : ''}
${
  instances.length === 0
    ? ''
    : html`<p class="quiet instance-count">${countOf(instances)}</p>
<ul class="instances">
${instances.map(instanceRow)}</ul>`
}
</li>
`;
}

function uploadText({ bucket, prefix, fileCount, sizeBytes }: Upload): Html {
  const place = prefix === '' ? '' : ` under ${prefix}`;
  const files = fileCount === 1 ? '1 file' : `${fileCount} files`;
  return html`${files}, ${sizeText(sizeBytes)}, in the bucket ${isolated(`${bucket}${place}`)}`;
}

/** `3 instances: 1 failure, 2 success`, in the order in which they stand. */
function countOf(instances: readonly Instance[]): Html {
  const counts = Map.groupBy(instances, ({ status }) => status);
  const parts = [...counts].map(([status, { length }]) => `${length} ${status}`).join(', ');
  return html`${instances.length} ${instances.length === 1 ? 'instance' : 'instances'}: ${isolated(parts)}`;
}

function instanceRow(instance: Instance): Html {
  return html`<li>
<code>${isolated(instance.id)}</code>
${anyStatus(instance.status)}
<span class="quiet">${isolated(instance.lifecycleEvent ?? '')}</span>
${instance.detail === undefined ? '' : html`<pre class="step-message">${instance.detail}</pre>`}
</li>
`;
}

/** Deployers may know states that runs do not have. */
function anyStatus(text: string): Html {
  const status: Status | undefined = statuses.find((candidate) => candidate === text);
  return status ? statusLabel(status) : html`<span class="status">${isolated(text)}</span>`;
}
