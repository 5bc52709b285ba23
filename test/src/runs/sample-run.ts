import { hash } from 'node:crypto';
import type { BuildPlan, DeployPlan, JobPlan } from '../../../pipelines/plan.ts';
import type { Change } from '../../../src/runs/change.ts';
import { createRun, type NewRun } from '../../../src/runs/create-run.ts';
import type { Lease } from '../../../src/runs/run.ts';
import type { Transition } from '../../../src/runs/transition.ts';
import type { NewDelivery } from '../../../src/webhooks/inbox.ts';

export function sampleChange(given: Partial<Change> = {}): Change {
  return {
    provider: 'github',
    event: 'push',
    repository: 'octo/app',
    ref: 'refs/heads/main',
    sha: 'a'.repeat(40),
    branch: 'main',
    fork: false,
    title: 'Mend the pump',
    message: 'Mend the pump\n',
    author: { name: 'Ada', login: 'ada' },
    ...given,
  };
}

export function buildPlan(name: string, needs: string[] = [], given: Partial<BuildPlan> = {}): JobPlan {
  return {
    kind: 'build',
    name,
    needs,
    image: 'debian:12',
    env: {},
    secrets: [],
    timeoutMs: 600_000,
    steps: [
      {
        name: 'test',
        line: 3,
        run: 'make test',
        shell: 'sh',
        env: {},
        workingDirectory: '.',
        timeoutMs: 600_000,
        when: 'success',
        continueOnError: false,
      },
    ],
    artifacts: [],
    ...given,
  };
}

export function deployPlan(environment: string, needs: string[], given: Partial<DeployPlan> = {}): JobPlan {
  return {
    kind: 'deploy',
    name: `deploy ${environment}`,
    needs,
    environment,
    artifact: { job: needs[0] ?? 'build', name: 'app' },
    secrets: [],
    timeoutMs: 600_000,
    target: { type: 'local' },
    ...given,
  };
}

type Given = {
  id?: string;
  supersedes?: boolean;
  change?: Partial<Change>;
  deliveryId?: string;
  createdAtMs?: number;
};

/** Job ids are the names of the jobs, after the id of the run. */
export function newRun(plans: readonly JobPlan[], given: Given = {}): NewRun {
  const change = sampleChange(given.change);
  const id = given.id ?? 'run';
  return {
    id,
    repository: change.repository,
    change,
    pipeline: { file: '.hookline.yml', digest: 'd1' },
    deliveryId: given.deliveryId ?? 'delivery',
    correlationId: 'correlation',
    createdAtMs: given.createdAtMs ?? 1_000,
    supersedes: given.supersedes ?? false,
    plan: { jobs: [...plans] },
    jobIds: plans.map((plan) => jobId(id, plan.name)),
  };
}

export function jobId(runId: string, name: string): string {
  return `${runId}-${name.replaceAll(' ', '_')}`;
}

export function created(plans: readonly JobPlan[], given: Given = {}): Transition {
  return createRun(newRun(plans, given), 1);
}

export function sampleLease(id: string, given: Partial<Lease> = {}): Lease {
  const runner = { id: 'r1', address: 'r1.a', name: 'builder-1' };
  return { id, claimId: `claim-${id}`, runner, grantedUntilMs: 16_000, ...given };
}

export function sampleDelivery(
  id: string,
  { body = id, ...given }: { body?: string } & Partial<Omit<NewDelivery, 'body'>> = {},
): NewDelivery {
  return {
    id,
    source: 'github',
    deliveryId: `guid-${id}`,
    event: 'push',
    repository: 'octo/app',
    bodySha256: hash('sha256', body),
    contentType: 'application/json',
    headers: {},
    body: Buffer.from(body),
    receivedAtMs: 1_000,
    correlationId: id,
    ...given,
  };
}
