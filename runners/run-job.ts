import type { BlobStore } from '../src/blobs/blob-store.ts';
import type { Clock } from '../src/clock.ts';
import type { JobEvent } from '../src/contract/job-event.ts';
import type { BuildSpec } from '../src/contract/job-spec.ts';
import { messageOf, Refusal } from '../src/errors.ts';
import type { Log } from '../src/log.ts';
import { ArtifactRefusal } from './artifacts/artifact-refusal.ts';
import { checkOutPatiently } from './check-out-patiently.ts';
import type { Engine, JobContainer } from './engine/engine.ts';
import { faultOf } from './fault-of.ts';
import type { JobStop } from './job-stop.ts';
import type { JobLog } from './log/job-log.ts';
import { prepareSameImage } from './prepare-same-image.ts';
import { runSteps, type StepsResult, stoppedJob } from './run-steps.ts';
import { storeArtifacts } from './store-artifacts.ts';

export type BuildPorts = {
  engine: Engine;
  /** A directory of its own for the lease. Removing one that is not there is no error. */
  workspaces: {
    create(leaseId: string): Promise<string>;
    remove(leaseId: string): Promise<void>;
  };
  /** Puts the commit of the source into the directory, as a working tree with a repository of its own. */
  checkout: (
    source: BuildSpec['source'],
    directory: string,
    options: { signal: AbortSignal },
  ) => Promise<void>;
  blobs: Pick<BlobStore, 'put'>;
  clock: Clock;
  log: Log;
};

export type JobRun = {
  leaseId: string;
  owner: string;
  jobLog: JobLog;
  stop: JobStop;
  report: (event: JobEvent) => void;
};

const workspacePath = '/workspace';
const graceMs = 10_000;

/**
 * Carries out a build: workspace and container side by side, the steps, then, when every container is dead, the
 * artifacts. Resolves with the outcome for whatever may happen; nothing of it is left behind.
 */
export async function runJob(spec: BuildSpec, job: JobRun, ports: BuildPorts): Promise<StepsResult> {
  try {
    const workspaceDir = await ports.workspaces.create(job.leaseId);
    const container = await prepare(spec, workspaceDir, job, ports);
    const { stop, jobLog, report } = job;
    let result: StepsResult;
    try {
      result = await runSteps({
        steps: spec.steps,
        container,
        log: jobLog,
        stop,
        clock: ports.clock,
        report,
        graceMs,
        noOutputTimeoutMs: spec.noOutputTimeoutMs,
      });
    } finally {
      await end(container, job, ports.log);
    }
    if (result.outcome !== 'success') return result;
    if (stop.begun.aborted) return stoppedJob(stop);
    await storeArtifacts({
      spec,
      workspaceDir,
      blobs: ports.blobs,
      signal: stop.begun,
      now: ports.clock.now,
      note: jobLog.note,
      report,
    });
    return result;
  } catch (error) {
    return brokenBy(error, job, ports.log);
  } finally {
    // What cannot be removed now is swept later; how the job ended stands.
    await ports.workspaces.remove(job.leaseId).catch((error: unknown) => {
      ports.log.warn({ err: error, leaseId: job.leaseId }, 'a workspace could not be removed');
    });
  }
}

/**
 * Resolves when every process of the job is dead. What the engine then does to remove the container takes five times
 * as long and nobody has to wait for it: the engine's own `close` does, and whatever fails is left to the sweep.
 */
async function end(container: JobContainer, { leaseId }: JobRun, log: Log): Promise<void> {
  await container.stop().finally(() => {
    container
      .close()
      .catch((error: unknown) => log.warn({ err: error, leaseId }, 'a container is left to the sweep'));
  });
}

/** The container starts while the commit is being checked out; whichever fails ends the other. */
async function prepare(
  spec: BuildSpec,
  workspaceDir: string,
  job: JobRun,
  ports: BuildPorts,
): Promise<JobContainer> {
  const { engine, clock } = ports;
  const failed = new AbortController();
  const signal = AbortSignal.any([job.stop.begun, failed.signal]);
  const startedAtMs = clock.now();
  if (spec.attempt > 1) job.jobLog.note(`attempt ${spec.attempt} of this job`);
  job.jobLog.note(`checking out ${spec.repository} at ${spec.sha}, image ${spec.image}`);

  const preparing = prepareSameImage(engine, spec, { signal, note: job.jobLog.note });
  const opening = preparing.then((image) =>
    engine.open(
      {
        owner: job.owner,
        leaseId: job.leaseId,
        runId: spec.runId,
        jobId: spec.jobId,
        image: image.id,
        workspaceDir,
        workspacePath,
        env: { ...spec.env, ...spec.secrets },
        network: 'bridge',
        ...spec.limits,
      },
      { signal },
    ),
  );
  const checkingOut = checkOutPatiently(() => ports.checkout(spec.source, workspaceDir, { signal }), {
    clock,
    signal,
    note: job.jobLog.note,
  });
  for (const part of [opening, checkingOut]) part.catch(() => failed.abort());
  const [container, checkout] = await Promise.allSettled([opening, checkingOut]);
  if (container.status === 'fulfilled' && checkout.status === 'fulfilled') {
    const { id, digest } = await preparing;
    job.report({
      type: 'job.started',
      at: clock.now(),
      image: spec.image,
      imageId: id,
      ...(digest === undefined ? {} : { imageDigest: digest }),
    });
    job.jobLog.note(`ready after ${clock.now() - startedAtMs} ms`);
    return container.value;
  }
  if (container.status === 'fulfilled') await container.value.close();
  throw firstCause([container, checkout], failed.signal);
}

// The one that failed first ended the other; what the other then says is only that it was ended.
function firstCause(settled: readonly PromiseSettledResult<unknown>[], failed: AbortSignal): unknown {
  const reasons = settled.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  return reasons.find((reason) => reason !== failed.reason && reason instanceof Refusal) ?? reasons[0];
}

function brokenBy(error: unknown, job: JobRun, log: Log): StepsResult {
  if (job.stop.reason === 'cancel' || job.stop.reason === 'timeout') return stoppedJob(job.stop);
  const reason = faultOf(error);
  if (reason) {
    job.jobLog.note(reason.message);
    const outcome = error instanceof ArtifactRefusal ? 'failure' : 'error';
    return { outcome, reason };
  }
  if (!job.stop.begun.aborted)
    log.error({ err: error, leaseId: job.leaseId }, `job broke: ${messageOf(error)}`);
  const message = 'internal error of the runner; its log has the details';
  return { outcome: 'error', reason: { code: 'internal', message } };
}
