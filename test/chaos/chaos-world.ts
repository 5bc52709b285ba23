import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GitHost, startGitHost } from '../githost/git-host.ts';
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { type ChaosBucket, startChaosBucket } from './chaos-bucket.ts';
import type { ChaosDocker } from './chaos-docker.ts';
import { webhookSecret } from './delivery-body.ts';
import { type EffectDoor, openEffectDoor } from './effect-door.ts';
import { type FaultyProxy, startFaultyProxy } from './faulty-proxy.ts';
import type { KeptProcess } from './kept-process.ts';
import { mountSmallDisk } from './small-disk.ts';
import { startProcesses } from './start-processes.ts';
import { removeClocksOfDead, type WallClock } from './wall-clock.ts';

export type Database = 'sqlite' | 'postgres';
export type Blobs = 'directory' | 's3';
export type WorldOptions = {
  database: Database;
  /** Where artifacts and logs go. Absent: a directory. */
  blobs?: Blobs;
  /** The engine of a runner whose jobs run in real containers. Absent: there is none. */
  docker?: ChaosDocker | undefined;
};

/** A whole installation of hookline and everything around it, each part of which can be broken by itself. */
export type ChaosWorld = {
  readonly directory: string;
  readonly git: GitHost;
  readonly forge: FaultyProxy;
  readonly redis: RedisServer;
  readonly postgres: PostgresServer | undefined;
  readonly docker: ChaosDocker | undefined;
  /** Where the steps of real containers say what they do. */
  readonly door: EffectDoor | undefined;
  readonly webs: readonly KeptProcess[];
  readonly runners: readonly KeptProcess[];
  readonly deployers: readonly KeptProcess[];
  /** By the name of the process. */
  readonly clocks: ReadonlyMap<string, WallClock>;
  /** Addresses of the web processes. */
  readonly urls: readonly string[];
  /** The directory that holds artifacts and logs of all processes, or the bucket that does. */
  readonly blobs: string | undefined;
  readonly bucket: ChaosBucket | undefined;
  /** Data directories of runners that are file systems of their own, small enough to be filled. */
  readonly smallDisks: readonly string[];
  readonly effectsFile: string;
  readonly hookFile: string;
  /** Where the deployments of each repository go. */
  readonly destinations: ReadonlyMap<string, string>;
  close(): Promise<void>;
};

export const repositoryNames = ['one', 'two', 'three', 'four', 'five', 'six'].map((name) => `chaos/${name}`);
const token = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz';

export async function openChaosWorld(options: WorldOptions): Promise<ChaosWorld> {
  // Short, since the path of Redis's socket is below it; open to the user that deployments run as.
  const directory = await mkdtemp(join(tmpdir(), 'hl-'));
  await chmod(directory, 0o711);
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    const told: unknown[] = [];
    closers.unshift(removeClocksOfDead);
    for (const closeNext of closers.splice(0).reverse()) await closeNext().catch((error) => told.push(error));
    if (told.length > 0) throw new AggregateError(told, 'the installation could not be closed');
  };
  const opened = async <T extends { close(): Promise<unknown> }>(opening: Promise<T>): Promise<T> => {
    const part = await opening;
    closers.push(() => part.close());
    return part;
  };
  try {
    return { ...(await open(directory, options, opened)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(
  directory: string,
  { database, blobs: where = 'directory', docker }: WorldOptions,
  opened: <T extends { close(): Promise<unknown> }>(opening: Promise<T>) => Promise<T>,
): Promise<Omit<ChaosWorld, 'close'>> {
  const below = (name: string) => join(directory, name);
  const blobs = where === 'directory' ? below('blobs') : undefined;
  for (const name of ['blobs', 'logs', 'tmp', 'www', 'clocks']) await mkdir(below(name));
  const effectsFile = below('effects');
  const hookFile = below('hooks');
  for (const file of [effectsFile, hookFile]) await writeFile(file, '');

  const git = await opened(startGitHost({ directory: below('git'), token }));
  const forge = await opened(startFaultyProxy(git.apiUrl));
  const redis = await opened(startRedis({ directory: below('redis') }));
  const postgres = database === 'postgres' ? await opened(startPostgres()) : undefined;
  const bucket = where === 's3' ? await opened(startChaosBucket()) : undefined;
  const door = docker && (await opened(openEffectDoor(docker.hostAddress, effectsFile)));
  const disk = await mountSmallDisk(below('runner-2'));
  if (disk) await opened(Promise.resolve(disk));

  const destinations = new Map(repositoryNames.map((name) => [name, below(`www/${name.replace('/', '-')}`)]));
  const processes = await startProcesses({
    ...{ directory, blobs, effectsFile, hookFile, destinations, opened },
    webs: postgres ? 2 : 1,
    databaseUrl: await postgres?.newDatabase(),
    dockerHost: docker?.dockerHost,
    shared: {
      REDIS_URL: redis.url,
      TMPDIR: below('tmp'),
      HOOKLINE_STOP_GRACE_S: '2',
      ...bucket?.settings,
    },
    forge: {
      GITHUB_SERVER_URL: git.url,
      GITHUB_API_URL: forge.url,
      GITHUB_TOKEN: token,
      GITHUB_WEBHOOK_SECRET: webhookSecret,
    },
  });
  const smallDisks = disk ? [disk.path] : [];
  return {
    ...{ directory, git, forge, redis, postgres, docker, door, blobs, bucket, smallDisks },
    ...{ effectsFile, hookFile, destinations },
    ...processes,
  };
}

/** Of a world that is closed and was good; another one is kept to be looked at. */
export async function removeWorld({ directory }: Pick<ChaosWorld, 'directory'>): Promise<void> {
  await rm(directory, { recursive: true, force: true });
}
