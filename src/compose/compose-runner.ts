import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCacheStore } from '../../runners/caches/cache-store.ts';
import { openLocalCaches } from '../../runners/caches/local-caches.ts';
import type { Engine, EngineRefusal } from '../../runners/engine/engine.ts';
import type { RoomPorts } from '../../runners/make-room.ts';
import { openRooms } from '../../runners/rooms.ts';
import { runDeployment, sweepBundles } from '../../runners/run-deployment.ts';
import { runJob } from '../../runners/run-job.ts';
import { type Runner, startRunner } from '../../runners/runner.ts';
import { tellStoreTrouble } from '../../runners/tell-store-trouble.ts';
import { treeBytes, volumeBytes } from '../../runners/workspace/disk-use.ts';
import { openMirrors } from '../../runners/workspace/mirror.ts';
import { openWorkspaces, type Workspaces } from '../../runners/workspace/workspaces.ts';
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { identityOf } from '../contract/keys.ts';
import type { TicketQueue } from '../contract/ticket.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { checkRedis } from '../redis/check-redis.ts';
import { connectRedis, whenReady } from '../redis/connect-redis.ts';
import { createRunnerLink } from '../redis/redis-link.ts';
import { createLiveLogWriter } from '../redis/redis-live-log.ts';
import { createTicketReader } from '../redis/redis-ticket-reader.ts';
import { cloneBases } from './clone-bases.ts';
import type { DataDirectory } from './data-directory.ts';
import { lockRunnerDirectories } from './lock-runner-directories.ts';
import { openBlobs } from './open-blobs.ts';
import { openCheckout } from './open-checkout.ts';
import { openDeployTargets } from './open-deploy-targets.ts';
import { openEngine } from './open-engine.ts';
import { redisAddress } from './redis-address.ts';
import { runnerLabels } from './runner-labels.ts';
import { version } from './version.ts';

export type RunnerProcess = {
  /** Resolves when everything that runs here was ordered to drain and has ended. */
  readonly drained: Promise<unknown>;
  /** Takes no new job; those under way may go on for `graceMs`. Called again, it may cut that short. */
  close(graceMs: number): Promise<void>;
};

const redisStartMs = 10_000;
const engineRetryMs = 3_000;
const workspaceFolder = 'workspaces';
const engineLostCode: EngineRefusal['code'] = 'engine-unreachable';
const folders: Record<TicketQueue, string> = { jobs: 'runner', deployments: 'deployer' };

/**
 * The runner process: carries out builds, deployments, or both. It knows Redis, the blob store and the container
 * engine of its machine, and neither the database nor any key of the service.
 */
export async function startRunnerProcess(
  config: Config,
  options: {
    redisUrl: string;
    runnerKey: string;
    controlPublicKey: string;
    queues: readonly TicketQueue[];
    log: Log;
    signal: AbortSignal;
    /** In place of the engine of this machine: no setting leads here, only code that composes a runner itself. */
    engine?: Engine;
  },
  data: DataDirectory,
): Promise<RunnerProcess> {
  const { log } = options;
  const clock = systemClock;
  const unlock = await lockRunnerDirectories(
    options.queues.map((queue) => data.path(folders[queue])),
    options,
  );
  const redis = connectRedis(redisAddress(options.redisUrl), { patient: false, log });
  const patient = connectRedis(redisAddress(options.redisUrl), { patient: true, log });
  const fit = whenReady(redis, redisStartMs).then(() => checkRedis(redis, log));
  await fit.catch((error: unknown) => {
    redis.disconnect();
    patient.disconnect();
    throw error;
  });
  const blobs = tellStoreTrouble(await openBlobs(config, data), log);
  const identity = identityOf(options.runnerKey);
  const owner = ownerOf(data);
  const settings = {
    identity,
    controlPublicKey: options.controlPublicKey,
    name: hostname(),
    version,
  };
  const transport = {
    tickets: createTicketReader(patient, log),
    live: createLiveLogWriter(redis),
    linkTo: (address: string) => createRunnerLink(redis, address, log),
    blobs,
    clock,
    log,
  };
  const started: Runner[] = [];
  const closers: (() => Promise<void>)[] = [];
  let closing: Promise<void> | undefined;

  if (options.queues.includes('deployments')) {
    const directory = data.path(folders.deployments);
    const targets = await openDeployTargets(config, data);
    const bundles = join(directory, 'bundles');
    const ports = { targets, blobs, directory: bundles, clock, log };
    started.push(
      await startRunner(
        {
          ...transport,
          sweep: (keep) => sweepBundles(bundles, keep),
          carryOut: (spec, job) => {
            if (spec.kind !== 'deploy') throw new Error('a build came through the queue of deployments');
            return runDeployment(spec, job, ports);
          },
        },
        {
          ...settings,
          queue: 'deployments',
          slots: config.slots,
          directory,
          place: placeOf(owner, 'deployments'),
        },
      ),
    );
  }

  if (options.queues.includes('jobs')) {
    const directory = data.path(folders.jobs);
    const mirrors = openMirrors({ directory: data.path('mirrors'), allowedBases: cloneBases(config) });
    const workspaces = await openWorkspaces({ root: join(directory, workspaceFolder) });
    const engine = options.engine ?? openEngine(config, join(directory, 'processes')).engine;
    const local = await openLocalCaches({
      directory: join(directory, 'caches'),
      limitBytes: config.cache.localBytes,
      now: clock.now,
    });
    const store = createCacheStore({ blobs, local }, { repositoryLimitBytes: config.cache.repositoryBytes });
    const rooms = openRooms(
      { engine, workspaces: removingAloud(workspaces, log), log },
      // Without containers there is nothing that would be dear to make.
      {
        owner,
        warmRooms: engine.isolation === 'none' ? 0 : config.warmContainers,
        clock,
        newId: randomUUID,
      },
    );
    closers.push(
      () => rooms.close(),
      () => engine.close(),
      () => mirrors.close(),
    );
    let engineName = 'away';
    let engineLost = false;
    let engineBack: Promise<void> | undefined;
    const engineThere = async (signal: AbortSignal) => {
      engineName = 'away';
      engineName = (await engineAnswers(engine, log, signal)) ?? 'away';
    };
    const ports = {
      engine,
      rooms,
      blobs,
      ...(config.job.images === undefined ? {} : { images: config.job.images }),
      disk: { volumeBytes, treeBytes },
      caches: { store, local, clock, limitBytes: config.cache.entryBytes },
      clock,
      log,
      checkout: openCheckout({ mirrors, data, config, clock }),
    };
    started.push(
      await startRunner(
        {
          ...transport,
          engine: () => (engineLost ? 'away' : engineName),
          sweep: async () => {
            // At the start. Without an engine no attempt is claimed: jobs stay queued, and the log says why.
            if (engineName === 'away' && !engineLost) await engineThere(options.signal);
            if (options.signal.aborted) return;
            const removed = await rooms.sweep();
            if (removed.length > 0) log.warn({ removed }, 'containers of dead jobs were removed');
          },
          ready: async (signal) => {
            if (!engineLost) return 'ready';
            engineBack ??= engineThere(signal).finally(() => {
              engineLost = false;
              engineBack = undefined;
            });
            await engineBack;
            return 'back';
          },
          carryOut: async (spec, job) => {
            if (spec.kind !== 'build') throw new Error('a deployment came through the queue of jobs');
            const result = await runJob(spec, job, ports);
            if (result.reason?.code !== engineLostCode) return result;
            engineLost = true;
            return { ...result, outcome: 'lost' };
          },
        },
        {
          ...settings,
          queue: 'jobs',
          slots: config.slots,
          directory,
          labels: runnerLabels(config.runnerLabels, engine.isolation),
          place: placeOf(owner, 'jobs'),
        },
      ),
    );
  }

  async function close(graceMs: number): Promise<void> {
    // Again for each call: a later one may cut the grace short.
    await Promise.all(started.map((runner) => runner.close(graceMs)));
    closing ??= end();
    await closing;
  }

  async function end(): Promise<void> {
    for (const closeNext of closers) await closeNext();
    await blobs.close();
    redis.disconnect();
    patient.disconnect();
    unlock();
  }
  return { drained: Promise.all(started.map((runner) => runner.drained)), close };
}

async function engineAnswers(engine: Engine, log: Log, signal: AbortSignal): Promise<string | undefined> {
  for (let told = false; !signal.aborted; told = true) {
    try {
      const { name, version: engineVersion } = await engine.check(signal);
      log.info(`container engine: ${name} ${engineVersion}`);
      if (engine.isolation === 'none') log.warn('jobs run without isolation: as this user, on this host');
      return `${name} ${engineVersion}`;
    } catch (error) {
      if (!told) log.error(`no job is taken before the container engine answers: ${messageOf(error)}`);
      await sleep(engineRetryMs, undefined, { signal }).catch(() => {});
    }
  }
  return undefined;
}

/** Builds and deployments of one machine are drained and paused each by itself. */
function placeOf(owner: string, queue: TicketQueue): string {
  return createHash('sha256').update(`${owner} ${queue}`).digest('hex').slice(0, 8);
}

/** What cannot be removed is told; the sweep tries it again. */
function removingAloud(workspaces: Workspaces, log: Log): RoomPorts['workspaces'] {
  return {
    create: workspaces.create,
    async remove(roomId) {
      const removal = await workspaces.remove(roomId);
      if (!removal.removed) log.warn({ leftovers: removal.leftovers }, 'a workspace was not removed');
    },
    sweep: async (keep) => void (await workspaces.sweep(keep)),
  };
}

/** The same after a restart: by it the containers of this installation are found again. */
function ownerOf(data: DataDirectory): string {
  const file = join(data.path('runner'), 'owner');
  try {
    return readFileSync(file, 'utf8');
  } catch {
    const owner = randomUUID();
    writeFileSync(file, owner);
    return owner;
  }
}
