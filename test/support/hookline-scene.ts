import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from '@hono/zod-openapi';
import type { deliverySummaryJson } from '../../src/http/api/delivery-json.ts';
import type { jobJson } from '../../src/http/api/job-json.ts';
import type { runJson } from '../../src/http/api/run-json.ts';
import { isFinal } from '../../src/runs/run.ts';
import type { CommitStatus } from '../githost/commit-statuses.ts';
import { type GitHost, startGitHost } from '../githost/git-host.ts';
import { type HooklineProcess, type HooklineSettings, spawnHookline } from './hookline-process.ts';
import { type HooklineProject, openHooklineProject } from './hookline-project.ts';
import { waitUntil } from './wait-until.ts';

export type RunJson = z.infer<typeof runJson>;
export type JobJson = z.infer<typeof jobJson>;
export type DeliveryJson = z.infer<typeof deliverySummaryJson>;

/** A git host, the real product on a port and a data directory of its own, and developers who push. */
export type HooklineScene = {
  readonly git: GitHost;
  readonly directory: string;
  readonly dataDir: string;
  readonly url: string;
  /** What `start` is given; `set` changes it for the next one. */
  readonly settings: HooklineSettings;
  set(settings: HooklineSettings): void;
  /** The process that was started last. */
  readonly hookline: HooklineProcess;
  /** Starts it, or starts it again, and waits until it is ready unless told not to. */
  start(options?: { ready?: boolean }): Promise<HooklineProcess>;
  /** A repository with a webhook, and a working copy that pushes to it. */
  project(name: string, options?: { secret?: string; isPrivate?: boolean }): Promise<HooklineProject>;
  get(path: string): Promise<Response>;
  runs(query?: Record<string, string>): Promise<RunJson[]>;
  /** The one run of this commit, once it is as wanted. */
  run(sha: string, isAsWanted: (run: RunJson) => boolean, timeoutMs?: number): Promise<RunJson>;
  /** The one run of this commit, once it has ended. */
  ended(sha: string, timeoutMs?: number): Promise<RunJson>;
  log(job: { id: string }): Promise<string>;
  deliveries(): Promise<DeliveryJson[]>;
  /** What counts for a commit, once it is in that state. */
  status(
    repository: string,
    sha: string,
    state: CommitStatus['state'],
    timeoutMs?: number,
  ): Promise<CommitStatus>;
  close(): Promise<void>;
};

export const webhookSecret = 'a secret that only the two of us know';
export const githubToken = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz';
const endMs = 60_000;

export async function openHooklineScene(settings: HooklineSettings): Promise<HooklineScene> {
  // Short, since the path of Redis's socket is below it.
  const directory = await mkdtemp(join(tmpdir(), 'hl-'));
  const dataDir = join(directory, 'data');
  const git = await startGitHost({ directory: join(directory, 'git'), token: githubToken });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const logFile = join(directory, 'hookline.log');
  let current: HooklineSettings = {
    PORT: String(port),
    HOOKLINE_DATA_DIR: dataDir,
    GITHUB_SERVER_URL: git.url,
    GITHUB_API_URL: git.apiUrl,
    GITHUB_TOKEN: githubToken,
    GITHUB_WEBHOOK_SECRET: webhookSecret,
    // So that what a job leaves behind is told from what waits for the next.
    HOOKLINE_WARM_CONTAINERS: '0',
    ...settings,
  };
  const started: HooklineProcess[] = [];

  const get = async (path: string) => {
    const response = await fetch(new URL(path, url));
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  const runOf = async (id: string) => (await (await get(`/api/v1/runs/${id}`)).json()) as RunJson;
  const runs: HooklineScene['runs'] = async (query = {}) => {
    const page = (await (await get(`/api/v1/runs?${new URLSearchParams(query)}`)).json()) as {
      items: { id: string }[];
    };
    return Promise.all(page.items.map(({ id }) => runOf(id)));
  };
  const run: HooklineScene['run'] = async (sha, isAsWanted, timeoutMs = endMs) => {
    let found: RunJson[] = [];
    await waitUntil(
      async () => {
        // While the service is down there is no answer, and that is no reason to give up.
        found = await runs({ sha }).catch(() => []);
        return found[0] !== undefined && isAsWanted(found[0]);
      },
      { what: `the run of ${sha}`, timeoutMs },
    ).catch((error: unknown) => {
      const said = started.at(-1)?.output().split('\n').slice(-25).join('\n');
      throw new Error(`${String(error)}; it is ${JSON.stringify(found)}; hookline said:\n${said}`);
    });
    const [only] = found;
    if (!only || found.length > 1) throw new Error(`${sha} has ${found.length} runs, not one`);
    return only;
  };

  return {
    git,
    directory,
    dataDir,
    url,
    get settings() {
      return current;
    },
    set(more) {
      current = { ...current, ...more };
    },
    get hookline() {
      const last = started.at(-1);
      if (!last) throw new Error('hookline was not started yet');
      return last;
    },
    async start({ ready = true } = {}) {
      const hookline = await spawnHookline(['start'], { settings: current, logFile });
      started.push(hookline);
      if (ready) await hookline.ready();
      return hookline;
    },
    project: (name, { secret = webhookSecret, isPrivate = false } = {}) =>
      openHooklineProject({
        git,
        name,
        secret,
        isPrivate,
        hookUrl: `${url}/webhooks/github`,
        path: join(directory, 'work', name),
      }),
    get,
    runs,
    run,
    ended: (sha, timeoutMs) => run(sha, ({ status }) => isFinal(status), timeoutMs),
    log: async ({ id }) => (await get(`/api/v1/jobs/${id}/log`)).text(),
    async deliveries() {
      const page = (await (await get('/api/v1/deliveries?limit=100')).json()) as { items: DeliveryJson[] };
      return page.items;
    },
    async status(repository, sha, state, timeoutMs = endMs) {
      await waitUntil(async () => git.statuses(repository, sha)[0]?.state === state, {
        what: `the status ${state} on ${sha}`,
        timeoutMs,
        logFile,
      });
      const [newest] = git.statuses(repository, sha);
      if (!newest) throw new Error('unreachable: the status was seen');
      return newest;
    },
    async close() {
      await Promise.all(started.map((hookline) => hookline.stop()));
      await git.close();
      if (process.env['HOOKLINE_KEEP'] === undefined) await rm(directory, { recursive: true, force: true });
      else console.log(await readFile(logFile, 'utf8').catch(() => ''));
    },
  };
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
