import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { identityOf, newSeed } from '../../src/contract/keys.ts';
import type { Effect } from '../chaos/effect.ts';
import { startGitHost } from '../githost/git-host.ts';
import { type HooklineProcess, type HooklineSettings, spawnHookline } from '../support/hookline-process.ts';
import { startPostgres } from '../support/postgres-server.ts';
import { freePorts } from '../support/redis-nodes.ts';
import { startRedis } from '../support/redis-server.ts';
import { openWorkingCopy } from '../support/working-copy.ts';

const secret = 'a secret that only the two of us know';
const scriptedRunner = fileURLToPath(new URL('../chaos/scripted-runner.ts', import.meta.url));
const repository = 'rolling/app';

/** One process of the installation, which can be stopped as a person does and started again. */
export type RollingPart = { readonly name: string; restart(): Promise<void> };

/** Two web processes on one PostgreSQL, and two runners that only act as if they ran containers. */
export async function openRollingScene() {
  const directory = await mkdtemp(join(tmpdir(), 'hl-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })];
  const close = async () => {
    for (const closeNext of closers.splice(0).reverse()) await closeNext().catch(() => {});
  };
  const opened = async <T extends { close(): Promise<unknown> }>(opening: Promise<T>): Promise<T> => {
    const part = await opening;
    closers.push(() => part.close());
    return part;
  };
  try {
    return await open();
  } catch (error) {
    await close();
    throw error;
  }

  async function open() {
    const below = (name: string) => join(directory, name);
    const effectsFile = below('effects');
    writeFileSync(effectsFile, '');
    await mkdir(below('blobs'));
    const git = await opened(startGitHost({ directory: below('git'), token: 'ghp_rolling' }));
    const redis = await opened(startRedis({ directory: below('redis') }));
    const postgres = await opened(startPostgres());
    const seeds = { master: newSeed(), runner: newSeed() };
    const ports = await freePorts(2);
    const common = { REDIS_URL: redis.url, GITHUB_SERVER_URL: git.url, HOOKLINE_STOP_GRACE_S: '20' };
    const ofWebs = {
      ...common,
      DATABASE_URL: await postgres.newDatabase(),
      GITHUB_API_URL: git.apiUrl,
      GITHUB_TOKEN: 'ghp_rolling',
      GITHUB_WEBHOOK_SECRET: secret,
      HOOKLINE_MASTER_KEY: seeds.master,
      HOOKLINE_RUNNER_PUBLIC_KEYS: identityOf(seeds.runner).publicKey,
      HOOKLINE_STOP_DELAY_S: '1',
    };
    const ofRunners = {
      ...common,
      HOOKLINE_RUNNER_KEY: seeds.runner,
      HOOKLINE_CONTROL_PUBLIC_KEY: identityOf(seeds.master).publicKey,
      HOOKLINE_SLOTS: '8',
    };

    async function part(
      name: string,
      wanted: { args: string[]; settings: HooklineSettings; readyLine: string; program?: string },
    ): Promise<RollingPart> {
      await mkdir(below(name));
      await symlink(below('blobs'), join(below(name), 'blobs'));
      const { args, readyLine, program } = wanted;
      const settings = { ...wanted.settings, HOOKLINE_DATA_DIR: below(name) };
      const start = async (): Promise<HooklineProcess> => {
        const given = { settings, logFile: below(`${name}.log`), ...(program ? { program } : {}) };
        const started = await spawnHookline(args, given);
        await started.logged(readyLine);
        return started;
      };
      let current = await start();
      closers.push(() => current.stop());
      const restart = async () => {
        const end = await current.stop();
        if (end.code !== 0) throw new Error(`${name} ended with ${JSON.stringify(end)}: ${current.output()}`);
        current = await start();
      };
      return { name, restart };
    }

    const webs = ports.map((port, index) =>
      part(`web-${index + 1}`, {
        args: ['web'],
        settings: { ...ofWebs, PORT: String(port) },
        readyLine: 'web is ready',
      }),
    );
    const runners = [1, 2].map((number) =>
      part(`runner-${number}`, {
        program: scriptedRunner,
        args: [effectsFile],
        settings: ofRunners,
        readyLine: 'the runner is ready',
      }),
    );
    const parts = await Promise.all([...webs, ...runners]);
    const { pushUrl } = await git.createRepository(repository);
    const copy = await openWorkingCopy(below('copy'), { origin: pushUrl });
    const sha = await copy.commit('.hookline.yml', 'image: debian:12\nsteps: [sleep 0.5]\n', 'a change');
    await copy.git('push', '--quiet', 'origin', 'HEAD:refs/heads/main');
    return {
      urls: ports.map((port) => `http://127.0.0.1:${port}`),
      parts,
      delivery: (id: string) => deliveryOf(id, sha),
      effects: () =>
        readFileSync(effectsFile, 'utf8')
          .split('\n')
          .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Effect])),
      close,
    };
  }
}

/** A push of the one commit; no two have the same body. */
function deliveryOf(id: string, sha: string): { headers: Record<string, string>; body: string } {
  const person = { name: 'Ada', email: 'ada@example.com', username: 'ada' };
  const commit = { id: sha, message: `Change ${id}`, author: person, committer: person };
  const body = JSON.stringify({
    ref: 'refs/heads/main',
    before: sha,
    after: sha,
    created: false,
    deleted: false,
    forced: false,
    head_commit: commit,
    commits: [commit],
    pusher: { name: 'ada', email: 'ada@example.com' },
    repository: { id: 1, name: 'app', full_name: repository, default_branch: 'main' },
    sender: { login: 'ada', id: 1 },
  });
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-github-delivery': id,
      'x-hub-signature-256': `sha256=${signature}`,
    },
  };
}
