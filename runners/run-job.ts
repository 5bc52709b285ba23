import type { BlobStore } from '../src/blobs/blob-store.ts';
import type { Clock } from '../src/clock.ts';
import type { JobEvent, Usage } from '../src/contract/job-event.ts';
import type { BuildSpec } from '../src/contract/job-spec.ts';
import { messageOf } from '../src/errors.ts';
import type { Log } from '../src/log.ts';
import { ArtifactRefusal } from './artifacts/artifact-refusal.ts';
import { type BuiltMerge, bringSource, type Checkout, mergeEnvironment } from './bring-source.ts';
import { type CachePorts, type JobCaches, openJobCaches } from './caches/job-caches.ts';
import { checkImages } from './check-images.ts';
import { diskLimit } from './disk-limit.ts';
import type { Engine, JobContainer } from './engine/engine.ts';
import { faultOf } from './fault-of.ts';
import type { JobResult } from './finished-event.ts';
import type { JobStop, JobStopReason } from './job-stop.ts';
import type { JobLog } from './log/job-log.ts';
import type { Room } from './make-room.ts';
import { prepareSameImage } from './prepare-same-image.ts';
import { collectReports } from './reports/collect-reports.ts';
import type { Rooms } from './rooms.ts';
import { runSteps, type StepsResult, stoppedJob } from './run-steps.ts';
import { storeArtifacts } from './store-artifacts.ts';
import { watchDisk } from './watch-disk.ts';
import { watchUsage } from './watch-usage.ts';
import { withoutIsolation } from './without-isolation.ts';

export type BuildPorts = {
  engine: Pick<Engine, 'isolation' | 'findImage' | 'prepareImage'>;
  rooms: Pick<Rooms, 'take'>;
  checkout: Checkout;
  blobs: Pick<BlobStore, 'put'>;
  /** Globs of the images that jobs and their services may run in; absent: all. */
  images?: readonly string[];
  /** Absent: nobody looks how much of the disk jobs use. */
  disk?: {
    volumeBytes(directory: string): Promise<number>;
    treeBytes(directory: string, options: { signal: AbortSignal }): Promise<number>;
  };
  caches: CachePorts;
  clock: Clock;
  log: Log;
};

export type JobRun = {
  leaseId: string;
  jobLog: JobLog;
  stop: JobStop;
  report: (event: JobEvent) => void;
  /** Called when a step has failed and no other is due, while the container still stands: it stands until this resolves. */
  whenFailed?: (container: JobContainer) => Promise<void>;
};

const graceMs = 10_000;
/** Of a job that was stopped because it is not wanted any more, nobody asks how its tests went. */
const unreported: ReadonlySet<JobStopReason | undefined> = new Set([
  'cancel',
  'fenced',
  'lost',
  'handed-back',
]);

/**
 * Carries out a build: checkout and container side by side, the steps, then, when every process of it is dead, the
 * artifacts. Resolves with the outcome for whatever may happen; nothing of it is left behind.
 */
export async function runJob(spec: BuildSpec, job: JobRun, ports: BuildPorts): Promise<JobResult> {
  let used: Usage | undefined;
  const result = await carryOut(spec, job, ports, (seen) => {
    used = seen;
  });
  return used ? { ...result, usage: used } : result;
}

async function carryOut(
  spec: BuildSpec,
  job: JobRun,
  ports: BuildPorts,
  onUsed: (usage: Usage | undefined) => void,
): Promise<StepsResult> {
  let room: Room | undefined;
  let caches: JobCaches | undefined;
  try {
    const startedAtMs = ports.clock.elapsed();
    if (spec.attempt > 1) job.jobLog.note(`attempt ${spec.attempt} of this job`);
    const isBare = ports.engine.isolation === 'none';
    const source =
      spec.checkout === false ? 'without a checkout' : `checking out ${spec.repository} at ${spec.sha}`;
    job.jobLog.note(`${source}${isBare ? '' : `, image ${spec.image}`}`);
    checkImages(spec, ports.images);
    if (isBare) withoutIsolation(spec).forEach(job.jobLog.note);
    const { diskBytes, ...limits } = spec.limits;
    const signal = job.stop.begun;
    const image = prepareSameImage(ports.engine, spec, { signal, note: job.jobLog.note });
    room = await ports.rooms.take({ image, limits, network: spec.network }, { signal });
    const { container, built } = await prepare(spec, room, job, ports);
    const { id: imageId, digest } = await image;
    job.report({
      type: 'job.started',
      at: ports.clock.now(),
      ...(isBare
        ? { isolation: 'none' }
        : { image: spec.image, imageId, ...(digest === undefined ? {} : { imageDigest: digest }) }),
      ...(built ? { built } : {}),
    });
    job.jobLog.note(`ready after ${ports.clock.elapsed() - startedAtMs} ms`);
    const { stop, jobLog, report } = job;
    const { workspaceDir } = room;
    const { note } = jobLog;
    caches = openJobCaches({ spec, workspaceDir, container, note, signal }, ports.caches);
    await caches.restore();
    const usage = watchUsage(container, ports.clock);
    const disk = diskBytes === undefined ? undefined : watchRoom(room, container, diskBytes, job, ports);
    let result: StepsResult;
    try {
      result = await runSteps({
        steps: spec.steps,
        env: { ...mergeEnvironment(spec, built), ...spec.env, ...spec.secrets },
        container,
        log: jobLog,
        stop,
        clock: ports.clock,
        report,
        graceMs,
        noOutputTimeoutMs: spec.noOutputTimeoutMs,
      });
      // What is packed lies in the workspace twice for a moment, which is no doing of the job.
      disk?.close();
      if (result.outcome === 'success') await caches.pack();
      if (result.outcome === 'failure') await job.whenFailed?.(container);
    } finally {
      disk?.close();
      onUsed(await usage.end());
      await container.stop();
    }
    if (!unreported.has(stop.reason)) {
      const { now } = ports.clock;
      await collectReports({ spec, workspaceDir, signal: stop.atOnce, now, note, report });
    }
    if (result.outcome !== 'success') return result;
    if (stop.begun.aborted) return stoppedJob(stop);
    await caches.collect();
    await storeArtifacts({
      spec,
      workspaceDir,
      blobs: ports.blobs,
      signal: stop.begun,
      now: ports.clock.now,
      note,
      report,
    });
    await caches.save();
    return result;
  } catch (error) {
    return brokenBy(error, job, ports.log);
  } finally {
    await caches?.close();
    // What cannot be removed now is swept later; how the job ended stands.
    await room?.close().catch((error: unknown) => {
      ports.log.warn({ err: error, leaseId: job.leaseId }, 'a room is left to the sweep');
    });
  }
}

/** The container starts while the commit is being checked out; when either fails the other is ended. */
async function prepare(
  spec: BuildSpec,
  room: Room,
  job: JobRun,
  ports: BuildPorts,
): Promise<{ container: JobContainer; built: BuiltMerge | undefined }> {
  const failed = new AbortController();
  const signal = AbortSignal.any([job.stop.begun, failed.signal]);
  room.container.catch(() => failed.abort());
  const serving = room.serve(spec.services ?? [], { signal });
  serving.catch(() => failed.abort());
  let built: BuiltMerge | undefined;
  try {
    const { checkout, clock } = ports;
    built = await bringSource(spec, room.workspaceDir, { checkout, clock, signal, note: job.jobLog.note });
  } catch (error) {
    // Ended by the other: what that one says is the cause.
    if (failed.signal.aborted) await Promise.all([room.container, serving]);
    throw error;
  }
  await serving;
  const container = await room.container;
  void container.rename(`${spec.runId}-${spec.jobName}`);
  return { container, built };
}

function watchRoom(
  { workspaceDir }: Room,
  container: JobContainer,
  limitBytes: number,
  { stop, leaseId }: JobRun,
  { disk, clock, log }: BuildPorts,
) {
  if (!disk) return undefined;
  return watchDisk({
    limitBytes,
    use: {
      volumeBytes: () => disk.volumeBytes(workspaceDir),
      jobBytes: async ({ signal }) => {
        const [tree, outside] = await Promise.all([
          disk.treeBytes(workspaceDir, { signal }),
          container.layerBytes(),
        ]);
        return tree + outside;
      },
    },
    clock,
    onOver: (usedBytes) => stop.overLimit(diskLimit(usedBytes, limitBytes)),
    onFault: (error) => log.warn({ err: error, leaseId }, 'the disk of a job could not be looked at'),
  });
}

function brokenBy(error: unknown, job: JobRun, log: Log): StepsResult {
  if (job.stop.reason === 'cancel' || job.stop.reason === 'timeout' || job.stop.limit)
    return stoppedJob(job.stop);
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
