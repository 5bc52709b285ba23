import { chmod, chown, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findUser } from '../../runners/deploy/local/host-users.ts';
import { identityOf, newSeed } from '../../src/contract/keys.ts';
import { type GitHost, startGitHost } from '../githost/git-host.ts';
import type { HooklineSettings } from '../support/hookline-process.ts';
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { webhookSecret } from './delivery-body.ts';
import { type ForgeProxy, startForgeProxy } from './forge-proxy.ts';
import { type KeptProcess, keepProcess } from './kept-process.ts';
import { mountSmallDisk } from './small-disk.ts';

export type Database = 'sqlite' | 'postgres';

/** A whole installation of hookline and everything around it, each part of which can be broken by itself. */
export type ChaosWorld = {
  readonly directory: string;
  readonly git: GitHost;
  readonly forge: ForgeProxy;
  readonly redis: RedisServer;
  readonly postgres: PostgresServer | undefined;
  readonly webs: readonly KeptProcess[];
  readonly runners: readonly KeptProcess[];
  readonly deployers: readonly KeptProcess[];
  /** Addresses of the web processes. */
  readonly urls: readonly string[];
  /** Holds artifacts and logs of all processes. */
  readonly blobs: string;
  /** Data directories of runners that are file systems of their own, small enough to be filled. */
  readonly smallDisks: readonly string[];
  readonly effectsFile: string;
  readonly hookFile: string;
  /** Where the deployments of a repository go. */
  destinationOf(repository: string): string;
  close(): Promise<void>;
};

export const repositoryNames = [
  'chaos/one',
  'chaos/two',
  'chaos/three',
  'chaos/four',
  'chaos/five',
  'chaos/six',
];
const token = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz';
const scriptedRunner = fileURLToPath(new URL('./scripted-runner.ts', import.meta.url));
const readyMs = 30_000;

/** Deployments to this host are root's. */
export const canDeploy = process.getuid?.() === 0;

export async function openChaosWorld({ database }: { database: Database }): Promise<ChaosWorld> {
  // Short, since the path of Redis's socket is below it; open to the user that deployments run as.
  const directory = await mkdtemp(join(tmpdir(), 'hl-'));
  await chmod(directory, 0o711);
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    const told: unknown[] = [];
    for (const closeNext of closers.splice(0).reverse()) await closeNext().catch((error) => told.push(error));
    if (told.length > 0) throw new AggregateError(told, 'the installation could not be closed');
  };
  try {
    return await open(directory, database, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(
  directory: string,
  database: Database,
  closers: (() => Promise<unknown>)[],
  close: () => Promise<void>,
): Promise<ChaosWorld> {
  const opened = async <T extends { close(): Promise<unknown> }>(opening: Promise<T>): Promise<T> => {
    const part = await opening;
    closers.push(() => part.close());
    return part;
  };
  const below = (name: string) => join(directory, name);
  const blobs = below('blobs');
  for (const path of [blobs, below('logs'), below('tmp'), below('www')]) await mkdir(path);
  const effectsFile = below('effects');
  const hookFile = below('hooks');
  for (const file of [effectsFile, hookFile]) await writeFile(file, '');

  const git = await opened(startGitHost({ directory: below('git'), token }));
  const forge = await opened(startForgeProxy(git.apiUrl));
  const redis = await opened(startRedis({ directory: below('redis') }));
  const postgres = database === 'postgres' ? await opened(startPostgres()) : undefined;
  const databaseUrl = await postgres?.newDatabase();

  const seeds = { master: newSeed(), runner: newSeed(), deployer: newSeed() };
  const urls: string[] = [];
  const shared = { REDIS_URL: redis.url, TMPDIR: below('tmp'), HOOKLINE_STOP_GRACE_S: '2' };
  const forgeSettings = {
    GITHUB_SERVER_URL: git.url,
    GITHUB_API_URL: forge.url,
    GITHUB_TOKEN: token,
    GITHUB_WEBHOOK_SECRET: webhookSecret,
  };

  async function dataDirectory(name: string): Promise<string> {
    const path = below(name);
    await mkdir(path, { recursive: true });
    await symlink(blobs, join(path, 'blobs'));
    return path;
  }

  async function keep(
    name: string,
    wanted: { args: string[]; settings: HooklineSettings; readyLine: string; program?: string },
  ): Promise<KeptProcess> {
    const settings = { ...shared, HOOKLINE_DATA_DIR: below(name), ...wanted.settings };
    return opened(keepProcess({ ...wanted, name, settings, logFile: below(`logs/${name}`) }));
  }

  const webs: KeptProcess[] = [];
  for (const name of postgres ? ['web-1', 'web-2'] : ['web-1']) {
    await dataDirectory(name);
    const port = await freePort();
    urls.push(`http://127.0.0.1:${port}`);
    webs.push(
      await keep(name, {
        args: ['web'],
        settings: {
          ...forgeSettings,
          PORT: String(port),
          HOOKLINE_MASTER_KEY: seeds.master,
          HOOKLINE_RUNNER_PUBLIC_KEYS: identityOf(seeds.runner).publicKey,
          HOOKLINE_DEPLOYER_PUBLIC_KEYS: identityOf(seeds.deployer).publicKey,
          ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
        },
        readyLine: 'web is ready',
      }),
    );
  }

  const ofRunners = {
    GITHUB_SERVER_URL: git.url,
    HOOKLINE_CONTROL_PUBLIC_KEY: identityOf(seeds.master).publicKey,
    HOOKLINE_SLOTS: '3',
  };
  const smallDisks: string[] = [];
  const runners: KeptProcess[] = [];
  for (const name of ['runner-1', 'runner-2']) {
    const small = name === 'runner-2' ? await mountSmallDisk(below(name)) : undefined;
    if (small) {
      closers.push(() => small.close());
      smallDisks.push(small.path);
    }
    await dataDirectory(name);
    runners.push(
      await keep(name, {
        program: scriptedRunner,
        args: [effectsFile],
        settings: { ...ofRunners, HOOKLINE_RUNNER_KEY: seeds.runner },
        readyLine: 'the runner is ready',
      }),
    );
  }

  const destinationOf = (repository: string) => below(`www/${repository.replace('/', '-')}`);
  const deployers: KeptProcess[] = [];
  if (canDeploy) {
    const user = (await findUser('www-data')) ?? (await findUser('nobody'));
    if (!user) throw new Error('this host has neither a user www-data nor a user nobody to deploy as');
    await chown(hookFile, user.uid, user.gid);
    for (const repository of repositoryNames) await mkdir(destinationOf(repository));
    await dataDirectory('deployer');
    const rules = repositoryNames.map((name) => `${name}=${destinationOf(name)}@${user.name}`);
    deployers.push(
      await keep('deployer', {
        args: ['runner', '--deploy'],
        settings: {
          ...ofRunners,
          HOOKLINE_RUNNER_KEY: seeds.deployer,
          HOOKLINE_LOCAL_DEPLOY: rules.join(';'),
        },
        readyLine: 'the runner is ready',
      }),
    );
  }
  await Promise.all([...webs, ...runners, ...deployers].map((each) => each.ready(readyMs)));
  return {
    ...{ directory, git, forge, redis, postgres, webs, runners, deployers, urls, blobs, smallDisks },
    ...{ effectsFile, hookFile, destinationOf, close },
  };
}

/** Of a world that is closed and was good; another one is kept to be looked at. */
export async function removeWorld({ directory }: Pick<ChaosWorld, 'directory'>): Promise<void> {
  await rm(directory, { recursive: true, force: true });
}

/** A port that stays the same over restarts, which 0 would not. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('the server listened on no port');
  return address.port;
}
