import { chown, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findUser } from '../../runners/deploy/local/host-users.ts';
import { identityOf, newSeed } from '../../src/contract/keys.ts';
import type { HooklineSettings } from '../support/hookline-process.ts';
import { freePort } from './free-port.ts';
import { type KeptProcess, keepProcess } from './kept-process.ts';
import { openWallClock, type WallClock } from './wall-clock.ts';

export type ProcessesOptions = {
  directory: string;
  webs: number;
  /** Shared by all processes: where Redis and the blob store are. */
  shared: HooklineSettings;
  forge: HooklineSettings & { GITHUB_SERVER_URL: string };
  databaseUrl: string | undefined;
  /** A directory that holds the blobs of all, when no bucket does. */
  blobs: string | undefined;
  /** The engine of one more runner, whose jobs say `runs_on: [docker]`. */
  dockerHost: string | undefined;
  effectsFile: string;
  hookFile: string;
  /** Repositories and where their deployments go. */
  destinations: ReadonlyMap<string, string>;
  opened: <T extends { close(): Promise<unknown> }>(opening: Promise<T>) => Promise<T>;
};

const scriptedRunner = fileURLToPath(new URL('./scripted-runner.ts', import.meta.url));
const readyMs = 30_000;

/** Deployments to this host are root's. */
export const canDeploy = process.getuid?.() === 0;

/** Every process of hookline, each with a data directory and, where it can be had, a wall clock of its own. */
export async function startProcesses(options: ProcessesOptions) {
  const { directory, opened, databaseUrl, dockerHost } = options;
  const below = (name: string) => join(directory, name);
  const seeds = { master: newSeed(), runner: newSeed(), deployer: newSeed() };
  const clocks = new Map<string, WallClock>();

  async function keep(
    name: string,
    wanted: { args: string[]; settings: HooklineSettings; readyLine: string; program?: string },
  ): Promise<KeptProcess> {
    await mkdir(below(name), { recursive: true });
    if (options.blobs !== undefined) await symlink(options.blobs, below(`${name}/blobs`));
    const clock = await openWallClock(below(`clocks/${name}`));
    if (clock) clocks.set(name, clock);
    const settings = {
      ...options.shared,
      ...clock?.settings,
      HOOKLINE_DATA_DIR: below(name),
      ...wanted.settings,
    };
    return opened(keepProcess({ ...wanted, name, settings, logFile: below(`logs/${name}`) }));
  }

  const urls: string[] = [];
  const webs: KeptProcess[] = [];
  for (let number = 1; number <= options.webs; number += 1) {
    const port = await freePort();
    urls.push(`http://127.0.0.1:${port}`);
    const settings = {
      ...options.forge,
      PORT: String(port),
      HOOKLINE_MASTER_KEY: seeds.master,
      HOOKLINE_RUNNER_PUBLIC_KEYS: identityOf(seeds.runner).publicKey,
      HOOKLINE_DEPLOYER_PUBLIC_KEYS: identityOf(seeds.deployer).publicKey,
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    };
    webs.push(await keep(`web-${number}`, { args: ['web'], settings, readyLine: 'web is ready' }));
  }

  const ofRunners = {
    GITHUB_SERVER_URL: options.forge.GITHUB_SERVER_URL,
    HOOKLINE_CONTROL_PUBLIC_KEY: identityOf(seeds.master).publicKey,
    HOOKLINE_SLOTS: '3',
  };
  const readyLine = 'the runner is ready';
  const runners: KeptProcess[] = [];
  for (const name of ['runner-1', 'runner-2']) {
    const settings = { ...ofRunners, HOOKLINE_RUNNER_KEY: seeds.runner };
    const args = [options.effectsFile];
    runners.push(await keep(name, { program: scriptedRunner, args, settings, readyLine }));
  }
  if (dockerHost !== undefined) {
    const settings = {
      ...ofRunners,
      HOOKLINE_RUNNER_KEY: seeds.runner,
      HOOKLINE_RUNNER_LABELS: 'docker',
      DOCKER_HOST: dockerHost,
    };
    runners.push(await keep('runner-3', { args: ['runner'], settings, readyLine }));
  }

  const deployers: KeptProcess[] = [];
  if (canDeploy) {
    const user = (await findUser('www-data')) ?? (await findUser('nobody'));
    if (!user) throw new Error('this host has neither a user www-data nor a user nobody to deploy as');
    await chown(options.hookFile, user.uid, user.gid);
    for (const path of options.destinations.values()) await mkdir(path);
    const rules = [...options.destinations].map(([name, path]) => `${name}=${path}@${user.name}`);
    const settings = {
      ...ofRunners,
      HOOKLINE_RUNNER_KEY: seeds.deployer,
      HOOKLINE_LOCAL_DEPLOY: rules.join(';'),
    };
    deployers.push(await keep('deployer', { args: ['runner', '--deploy'], settings, readyLine }));
  }
  await Promise.all([...webs, ...runners, ...deployers].map((each) => each.ready(readyMs)));
  return { webs, runners, deployers, urls, clocks };
}
