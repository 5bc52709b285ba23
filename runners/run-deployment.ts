import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { BlobStore } from '../src/blobs/blob-store.ts';
import type { Clock } from '../src/clock.ts';
import type { DeploySpec } from '../src/contract/job-spec.ts';
import { messageOf, Refusal } from '../src/errors.ts';
import type { Log } from '../src/log.ts';
import type { DeploymentEvent, DeploymentInstance, DeploymentTarget } from './deploy/deployment-target.ts';
import { faultOf } from './fault-of.ts';
import { createMasker } from './log/masker.ts';
import type { JobRun } from './run-job.ts';
import { type StepsResult, stoppedJob } from './run-steps.ts';

export type DeployPorts = {
  /** By the `type` of the plan's target. */
  targets: Readonly<Record<string, DeploymentTarget | undefined>>;
  blobs: Pick<BlobStore, 'get'>;
  /** For bundles while they are deployed. */
  directory: string;
  clock: Clock;
  log: Log;
};

/** What an event of a job has room for. */
const maxMessageLength = 4_000;

export class BundleRefusal extends Refusal<'bundle-missing' | 'bundle-altered' | 'target-unknown'> {}

/**
 * Carries out a deployment: fetches the bundle, checks that it is the very one that was built, and hands it to
 * the target. The target's lifecycle events become the steps of the job.
 */
export async function runDeployment(spec: DeploySpec, job: JobRun, ports: DeployPorts): Promise<StepsResult> {
  const directory = join(ports.directory, job.leaseId);
  try {
    const target = ports.targets[spec.target.type];
    if (!target) {
      const remedy = spec.target.type === 'local' ? '; HOOKLINE_LOCAL_DEPLOY allows them' : '';
      const message = `this deployer carries out no "${spec.target.type}" deployments${remedy}`;
      throw new BundleRefusal('target-unknown', message);
    }
    job.report({ type: 'job.started', at: ports.clock.now() });
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const bundleFile = join(directory, 'bundle.zip');
    await fetchBundle(spec, bundleFile, ports, job.stop.begun);
    const report = reporter(spec, job, ports.clock);
    const outcome = await target.deploy(
      {
        deploymentKey: spec.deploymentKey,
        repository: spec.repository,
        environment: spec.environment,
        runNumber: spec.runNumber,
        sha: spec.sha,
        ref: spec.ref,
        artifact: spec.artifact.name,
        bundleFile,
        bundleSha256: spec.artifact.sha256,
        target: spec.target,
        secrets: spec.secrets,
      },
      { signal: job.stop.begun, report },
    );
    const { outcome: status, externalId } = outcome;
    // An attempt that is given up says nothing of the deployment, which the next one may find still going on.
    if (!isGivenUp(job)) {
      job.report({
        type: 'deployment.updated',
        at: ports.clock.now(),
        status,
        ...(externalId === undefined ? {} : { externalId }),
      });
    }
    if (outcome.reason) job.jobLog.note(outcome.reason.message);
    return { outcome: status, ...(outcome.reason ? { reason: outcome.reason } : {}) };
  } catch (error) {
    if (job.stop.reason === 'cancel' || job.stop.reason === 'timeout') return stoppedJob(job.stop);
    const internal = { code: 'internal', message: 'internal error of the deployer; see its log' };
    const fault = faultOf(error);
    if (!fault) ports.log.error({ err: error }, `deployment broke: ${messageOf(error)}`);
    const reason = fault ?? internal;
    job.jobLog.note(reason.message);
    return { outcome: 'error', reason };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function isGivenUp({ stop: { reason } }: JobRun): boolean {
  return reason !== undefined && reason !== 'cancel' && reason !== 'timeout';
}

/** Removes the bundles of deployers that were killed. `keep` names the leases in force. */
export async function sweepBundles(directory: string, keep: ReadonlySet<string>): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  for (const leaseId of names) {
    if (!keep.has(leaseId)) await rm(join(directory, leaseId), { recursive: true, force: true });
  }
}

async function fetchBundle(
  spec: DeploySpec,
  file: string,
  ports: DeployPorts,
  signal: AbortSignal,
): Promise<void> {
  const { key, sha256, name } = spec.artifact;
  const found = await ports.blobs.get(key, { signal });
  if (!found) throw new BundleRefusal('bundle-missing', `artifact ${name}.zip is not in the store any more`);
  const hash = createHash('sha256');
  const { body } = found;
  async function* hashed(): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      hash.update(chunk);
      yield chunk;
    }
  }
  await pipeline(hashed, createWriteStream(file, { mode: 0o600 }), { signal });
  const got = hash.digest('hex');
  if (got === sha256) return;
  throw new BundleRefusal(
    'bundle-altered',
    `artifact ${name}.zip is not the one that was built: its SHA-256 is ${got}, ${sha256} was recorded`,
  );
}

/**
 * A target's events as events of the job: its lifecycle events are steps, numbered as they come. What deployed
 * scripts printed may hold secrets, and unlike output these events pass no masker on their way.
 */
function reporter(spec: DeploySpec, job: JobRun, clock: Clock): (event: DeploymentEvent) => Promise<void> {
  const mask = createMasker(Object.values(spec.secrets)).text;
  let index = -1;
  return async (event) => {
    const at = clock.now();
    switch (event.type) {
      case 'step-started':
        index += 1;
        return job.report({ type: 'step.started', at, index, name: event.name });
      case 'output':
        return job.jobLog.write(Math.max(0, index), Buffer.from(event.text));
      case 'step-finished': {
        job.jobLog.endStep(index);
        const { outcome, exitCode, message } = event;
        return job.report({
          type: 'step.finished',
          at,
          index,
          outcome,
          ...(exitCode === undefined ? {} : { exitCode }),
          ...(message === undefined ? {} : { message: mask(message).slice(-maxMessageLength) }),
        });
      }
      case 'status': {
        const { status, externalId } = event;
        const detail = detailOf(event, mask);
        return job.report({
          type: 'deployment.updated',
          at,
          status,
          ...(externalId === undefined ? {} : { externalId }),
          // Without it what was last told stays.
          ...(detail && { detail }),
        });
      }
    }
  };
}

function detailOf(
  { instances, upload }: Extract<DeploymentEvent, { type: 'status' }>,
  mask: (text: string) => string,
) {
  if (!instances && !upload) return undefined;
  return {
    ...(instances && { instances: instances.map((each) => maskedInstance(each, mask)) }),
    ...(upload && { upload }),
  };
}

function maskedInstance({ detail, ...instance }: DeploymentInstance, mask: (text: string) => string) {
  return { ...instance, ...(detail === undefined ? {} : { detail: mask(detail) }) };
}
