import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type GitHost, startGitHost } from '../../githost/git-host.ts';
import { dockerClient } from '../docker-client.ts';
import { type HooklineProject, openHooklineProject } from '../hookline-project.ts';
import type { RunJson } from '../hookline-scene.ts';
import { s3Credentials } from '../s3-server.ts';
import { waitUntil } from '../wait-until.ts';
import { openBridgeDoor } from './bridge-door.ts';
import { buildComposeImages } from './build-images.ts';
import { type ComposeProject, openComposeProject } from './compose-project.ts';

const image = 'hookline/compose-test';
const githubToken = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz';

/** A git host, all of docker-compose.yml on images that were made here, and a repository that it builds. */
export type ComposeScene = {
  readonly git: GitHost;
  readonly project: ComposeProject;
  readonly repository: HooklineProject;
  /** The proxy's address. */
  readonly url: string;
  /** Of this scene, removed at its end. */
  readonly directory: string;
  readonly apiKey: string;
  readonly webhookSecret: string;
  /** What is HOOKLINE_RUNNERS for them. */
  readonly runnersDirectory: string;
  /** Past the proxy. */
  webUrl(web: 'web-1' | 'web-2'): Promise<string>;
  /** An answer of the API, asked for with the key; through the proxy unless told of whom. */
  get(path: string, from?: string): Promise<Response>;
  /** The run of this commit, once it is as wanted. */
  run(sha: string, isAsWanted: (run: RunJson) => boolean, timeoutMs: number): Promise<RunJson>;
  close(): Promise<void>;
};

export async function openComposeScene(options: {
  dockerHost: string;
  jobImage: string;
  say?: (line: string) => void;
}): Promise<ComposeScene> {
  const { dockerHost } = options;
  const directory = await mkdtemp(join(tmpdir(), 'hookline-compose-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })];
  const close = async () => {
    for (let next = closers.pop(); next; next = closers.pop()) await next();
  };
  try {
    const git = await startGitHost({ directory: join(directory, 'git'), token: githubToken });
    closers.push(git.close);
    const door = await openBridgeDoor({ dockerHost, port: Number(new URL(git.url).port) });
    closers.push(door.close);
    const { base, standIns } = await buildComposeImages(options);
    await buildService({ dockerHost, directory, base });
    const keys = await printedKeys(dockerHost);
    const { HOOKLINE_API_KEY: apiKey = '', GITHUB_WEBHOOK_SECRET: webhookSecret = '' } = keys;
    const runnersDirectory = join(directory, 'runners');
    const project = await openComposeProject({
      dockerHost,
      directory,
      variables: {
        ...keys,
        ...(await engineAccess(dockerHost)),
        HOOKLINE_IMAGE: image,
        PROXY_IMAGE: standIns,
        POSTGRES_IMAGE: standIns,
        REDIS_IMAGE: standIns,
        S3_IMAGE: standIns,
        S3_ACCESS_KEY_ID: s3Credentials.accessKeyId,
        S3_SECRET_ACCESS_KEY: s3Credentials.secretAccessKey,
        HOOKLINE_RUNNERS: runnersDirectory,
        HOOKLINE_PORT: '0',
        // So that what a job leaves behind is told from what waits for the next.
        HOOKLINE_WARM_CONTAINERS: '0',
        GITHUB_SERVER_URL: door.url,
        GITHUB_API_URL: git.apiUrl.replace(git.url, door.url),
        GITHUB_TOKEN: githubToken,
      },
    });
    closers.push(project.close);
    await project.compose('up', '--detach').catch(async (error: unknown) => {
      throw new Error(`${String(error)}\n${await project.compose('logs', '--no-color', '--tail', '20')}`);
    });
    const url = `http://${(await project.compose('port', 'proxy', '8080')).trim()}`;
    const repository = await openHooklineProject({
      git,
      name: 'demo/shop',
      secret: webhookSecret,
      hookUrl: `${url}/webhooks/github`,
      path: join(directory, 'work'),
    });
    const webUrl = async (web: string) => {
      const networks = (await project.containers()).get(web)?.NetworkSettings.Networks ?? {};
      return `http://${Object.values(networks)[0]?.IPAddress}:8080`;
    };
    const get = async (path: string, from = url) => {
      const authorization = `Bearer ${apiKey}`;
      const response = await fetch(new URL(path, from), { headers: { authorization } });
      if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
      return response;
    };
    const run = runReader(project, get);
    const known = { directory, runnersDirectory, url, apiKey, webhookSecret };
    return { git, project, repository, ...known, webUrl, get, run, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function runReader(project: ComposeProject, get: ComposeScene['get']): ComposeScene['run'] {
  return async (sha, isAsWanted, timeoutMs) => {
    let found: RunJson | undefined;
    const look = async () => {
      const { items } = (await (await get(`/api/v1/runs?sha=${sha}`)).json()) as { items: { id: string }[] };
      const [only] = items;
      if (only) found = (await (await get(`/api/v1/runs/${only.id}`)).json()) as RunJson;
      return found !== undefined && isAsWanted(found);
    };
    const wanted = { what: `the run of ${sha}`, timeoutMs, intervalMs: 200 };
    await waitUntil(look, wanted).catch(async (error: unknown) => {
      const who = ['web-1', 'web-2', 'runner-1', 'runner-2'];
      const said = await project.compose('logs', '--no-color', '--tail', '30', ...who);
      throw new Error(`${String(error)}; it is ${JSON.stringify(found)}; the containers said:\n${said}`);
    });
    if (!found) throw new Error('unreachable: the run was seen');
    return found;
  };
}

/** `docker-compose build`, with what docker-compose.yml will not do without although building needs none of it. */
async function buildService(options: { dockerHost: string; directory: string; base: string }): Promise<void> {
  const { dockerHost, directory, base } = options;
  const docker = dockerClient(dockerHost);
  const idOf = async () => (await docker.listImages({ filters: { reference: [image] } }))[0]?.Id;
  const before = await idOf();
  const workers = ['RUNNER_1', 'RUNNER_2', 'DEPLOYER'].map((worker) => `HOOKLINE_${worker}_KEY`);
  const service = [
    'MASTER_KEY',
    'CONTROL_PUBLIC_KEY',
    'RUNNER_PUBLIC_KEYS',
    'DEPLOYER_PUBLIC_KEYS',
    'API_KEY',
  ];
  const others = [
    'POSTGRES_PASSWORD',
    'REDIS_PASSWORD',
    'S3_ACCESS_KEY_ID',
    'S3_SECRET_ACCESS_KEY',
    'DOCKER_GID',
  ];
  const needed = [...workers, ...service.map((name) => `HOOKLINE_${name}`), ...others];
  const build = await openComposeProject({
    dockerHost,
    directory,
    variables: {
      ...Object.fromEntries(needed.map((name) => [name, 'none'])),
      HOOKLINE_IMAGE: image,
      BASE_IMAGE: base,
      BUILD_NETWORK: 'host',
    },
  });
  await build.compose('build', 'web-1');
  if (before !== undefined && before !== (await idOf())) await docker.getImage(before).remove();
}

/** `docker run --rm hookline keys --compose`. */
async function printedKeys(dockerHost: string): Promise<Record<string, string>> {
  const [out, complaints] = [new PassThrough(), new PassThrough()];
  const printed = text(out);
  const options = { Tty: false, HostConfig: { AutoRemove: true } };
  await dockerClient(dockerHost).run(image, ['keys', '--compose'], [out, complaints], options);
  out.end();
  const assignments = (await printed).matchAll(/^(\w+)=(.*)$/gm);
  return Object.fromEntries([...assignments].map(([, name = '', value = '']) => [name, value]));
}

async function engineAccess(dockerHost: string): Promise<Record<string, string>> {
  if (!dockerHost.startsWith('unix://'))
    throw new Error(`the runners need the socket of the engine, and ${dockerHost} is none`);
  const socket = dockerHost.slice('unix://'.length);
  return { DOCKER_SOCKET: socket, DOCKER_GID: String((await stat(socket)).gid) };
}
