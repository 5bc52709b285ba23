import { randomBytes } from 'node:crypto';
import { chmod, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGitHost } from '../githost/git-host.ts';
import { dockerClient } from '../support/docker-client.ts';
import { startDockerEngine } from '../support/docker-engine.ts';
import { ensureJobImage } from '../support/job-image.ts';
import { makeSampleApp } from '../support/sample-app.ts';
import { type Bucket, bucketOfEnvironment, bucketOfOurOwn } from './bucket.ts';
import type { Closers } from './closers.ts';
import { hooklineApi } from './hookline-api.ts';
import { nodeFor } from './node-for.ts';
import { openCodecommit } from './open-codecommit.ts';
import { prepareDeployment } from './prepare-deployment.ts';
import type { Scene } from './scene.ts';
import { type Hookline, startHookline } from './start-hookline.ts';
import { stopDeployedServer } from './stop-deployed-server.ts';

const repository = 'demo/greeter';
/** CodeCommit names repositories without an owner. */
const codecommitRepository = 'greeter';
/** Below it are unix sockets, whose paths end at 108 characters. */
const longestBase = 50;

/** A Docker engine, a git host, hookline itself and a repository with a webhook: what a push needs to become a run. */
export async function setUp(
  base: Pick<Scene, 'terminal' | 'checks' | 'signal' | 'keptDirectory'>,
  closers: Closers,
  { ownS3 }: { ownS3: boolean },
): Promise<Scene> {
  const { terminal, signal, keptDirectory } = base;
  terminal.act('Setting up');
  const directory = await mkdtemp(join(tmpdir().length > longestBase ? '/tmp' : tmpdir(), 'hookline-demo-'));
  closers.add('the temporary directory', () =>
    rm(directory, { recursive: true, force: true, maxRetries: 5 }),
  );
  // The deployed program runs as another user, who has to come through.
  await chmod(directory, 0o711);

  const say = (line: string) => terminal.note(line);
  closers.add('the engine’s log', () =>
    copyFile(join(directory, 'docker/dockerd.log'), join(keptDirectory, 'dockerd.log')).catch(() => {}),
  );
  const docker = await timed(() => startDockerEngine({ directory: join(directory, 'docker'), say }));
  closers.add('the Docker engine', () => docker.value.close());
  signal.throwIfAborted();
  const { dockerHost, started } = docker.value;
  const { Version } = await dockerClient(dockerHost).version();
  terminal.good(
    `Docker ${Version}, ${started ? 'an engine of our own' : `the engine at ${dockerHost}`}`,
    docker.ms,
  );
  const image = await timed(() => ensureJobImage(dockerHost, { say }));
  signal.throwIfAborted();
  terminal.good(`${image.value}, the image that jobs run in`, image.ms);

  const token = randomBytes(16).toString('hex');
  const host = await startGitHost({ directory: join(directory, 'githost'), token });
  closers.add('the git host', () => host.close());
  terminal.good(`a git host that speaks as GitHub does, at ${host.url}`);

  const bucket = await timed(() =>
    ownS3 ? bucketOfOurOwn(closers) : bucketOfEnvironment(process.env, new Date(), closers),
  );
  signal.throwIfAborted();
  sayBucket(terminal, bucket);
  const codecommit = await openCodecommit({
    directory: join(directory, 'codecommit'),
    repository: codecommitRepository,
    keys: bucket.value?.keys,
  });
  closers.add('the CodeCommit host', () => codecommit.host.close());

  const deployment = await prepareDeployment(directory);
  const secret = randomBytes(16).toString('hex');
  const logFile = join(keptDirectory, 'hookline.log');
  const settings = {
    PORT: '0',
    HOOKLINE_DATA_DIR: join(directory, 'data'),
    HOOKLINE_LOCAL_DEPLOY: `${repository}=${deployment.root}@${deployment.user.name}`,
    GITHUB_SERVER_URL: host.url,
    GITHUB_API_URL: host.apiUrl,
    GITHUB_WEBHOOK_SECRET: secret,
    GITHUB_TOKEN: token,
    DOCKER_HOST: dockerHost,
    ...codecommit.settings,
    ...bucket.value?.settings,
  };
  const hookline = await timed(() => startHookline({ settings, logFile, signal }));
  closers.add('hookline', async () => void (await hookline.value.stop()));
  terminal.good(`hookline start, at ${hookline.value.url}`, hookline.ms);
  terminal.note(`its log: ${logFile}`);

  const { pushUrl } = await host.createRepository(repository);
  await host.addHook(repository, { url: `${hookline.value.url}/webhooks/github`, secret });
  const ping = host.deliveries().at(-1)?.response?.status;
  base.checks.equal('the webhook’s ping was answered', 202, ping);
  terminal.good(`${repository} with a webhook; its ping was answered with ${ping}`);

  const app = await makeSampleApp(join(directory, 'app'), {
    destination: deployment.destination,
    image: image.value,
    user: deployment.user.name,
    port: deployment.port,
    node: await nodeFor(deployment.user, directory),
  });
  closers.add('the deployed server', () => stopDeployedServer(app.path));
  const whileRunning = AbortSignal.any([signal, endOf(hookline.value)]);
  return {
    ...base,
    dockerHost,
    host,
    codecommit,
    bucket: bucket.value,
    signal: whileRunning,
    hookline: hookline.value,
    api: hooklineApi(hookline.value.url, whileRunning),
    repository,
    pushUrl,
    app,
    deployment: { ...deployment, url: `http://127.0.0.1:${deployment.port}/` },
    directory,
    logFile,
  };
}

function sayBucket(
  terminal: Scene['terminal'],
  { value, ms }: { value: Bucket | undefined; ms: number },
): void {
  if (value !== undefined)
    terminal.good(`artifacts and logs go to ${value.address} at ${value.endpoint}`, ms);
}

/** Whoever waits for hookline waits no longer than it lives. */
function endOf(hookline: Hookline): AbortSignal {
  const end = new AbortController();
  void hookline.ended.then(({ code, signal }) => {
    end.abort(new Error(`hookline has ended with ${signal ?? `exit code ${code}`}`));
  });
  return end.signal;
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const begin = performance.now();
  const value = await work();
  return { value, ms: performance.now() - begin };
}
