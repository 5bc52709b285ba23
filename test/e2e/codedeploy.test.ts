import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BucketServer, startBucketServer } from '../support/codedeploy/bucket-server.ts';
import { type CodeDeployServer, startCodeDeployServer } from '../support/codedeploy/codedeploy-server.ts';
import { shopFiles, shopPipeline } from '../support/codedeploy/shop-files.ts';
import { endless, failing, over, rolling } from '../support/codedeploy/shop-scenes.ts';
import { succeeded } from '../support/codedeploy/stand-in-deployment.ts';
import { runHookline } from '../support/hookline-process.ts';
import type { HooklineProject } from '../support/hookline-project.ts';
import { type HooklineScene, openHooklineScene, type RunJson } from '../support/hookline-scene.ts';
import { type JobEngine, startJobEngine } from '../support/job-engine.ts';
import { nothingLeft } from '../support/leftovers.ts';

const repository = 'octo/shop';
const accessKeyId = 'AKIASTANDINSTANDIN00';
const secretAccessKey = 'stand-in/secret+key/0123456789abcdefghij';

let engine: JobEngine;
let aws: CodeDeployServer;
let s3: BucketServer;
let scene: HooklineScene;
let project: HooklineProject;

beforeAll(async () => {
  engine = await startJobEngine();
  aws = await startCodeDeployServer();
  s3 = await startBucketServer();
  scene = await openHooklineScene({
    DOCKER_HOST: engine.dockerHost,
    HOOKLINE_STOP_GRACE_S: '0',
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    AWS_ENDPOINT_URL_CODEDEPLOY: aws.endpoint,
  });
  await scene.start();
  for (const [name, input] of Object.entries({
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  })) {
    const { code } = await runHookline(['secrets', 'set', repository, name], {
      settings: scene.settings,
      input: `${input}\n`,
    });
    expect(code).toBe(0);
  }
  project = await scene.project(repository);
  for (const [file, content] of Object.entries(shopFiles)) await project.copy.commit(file, content);
});

afterAll(async () => {
  await scene?.close();
  await aws?.close();
  await s3?.close();
  await engine?.close();
});

const creations = () => aws.asked.filter(({ operation }) => operation === 'CreateDeployment');
const deployJob = (run: RunJson) => run.jobs.find(({ kind }) => kind === 'deploy');
const stepsOf = (run: RunJson) =>
  deployJob(run)
    ?.attempts.at(-1)
    ?.steps.map(({ name, status }) => `${name} ${status}`);
const deployLog = (run: RunJson) => scene.log(deployJob(run) ?? { id: 'missing' });
const isFollowed = ({ deployments: [only] }: RunJson) =>
  only?.externalId !== undefined && only.status === 'running';
const pageOf = async ({ id }: RunJson) => (await scene.get(`/runs/${id}`)).text();

function childPid(command: string): number {
  const child = scene.hookline.children().find((each) => each.command.includes(command));
  if (!child) throw new Error(`hookline has no child ${command}`);
  return child.pid;
}

describe('a push that CodeDeploy deploys', () => {
  it('is bundled into the bucket of the pipeline, deployed once, and followed on each machine', async () => {
    aws.play(...rolling);
    const sha = await project.push(shopPipeline(engine.image, { minimum_healthy: 2 }));
    const run = await scene.ended(sha);
    expect(run).toMatchObject({ status: 'success' });

    const key = `${repository}/production/web-${sha}.zip`;
    const [bundle] = s3.objects.get(key) ?? [];
    expect(bundle?.version).toBe('v1');
    expect(creations()).toHaveLength(1);
    expect(creations()[0]?.authorization).toContain(`Credential=${accessKeyId}/`);
    expect(creations()[0]?.input).toMatchObject({
      applicationName: 'shop',
      deploymentGroupName: 'production',
      revision: {
        revisionType: 'S3',
        s3Location: {
          bucket: 'bundles',
          key,
          bundleType: 'zip',
          version: 'v1',
          eTag: bundle?.eTag.replaceAll('"', ''),
        },
      },
    });
    expect(stepsOf(run)).toEqual(
      [
        'CheckBundle',
        'UploadBundle',
        'CreateDeployment',
        'ApplicationStop',
        'DownloadBundle',
        'BeforeInstall',
        'Install',
        'ApplicationStart',
      ].map((name) => `${name} success`),
    );
    const [id] = aws.deployments.keys();
    expect(run.deployments).toMatchObject([
      {
        environment: 'production',
        status: 'success',
        externalId: id,
        detail: {
          instances: [
            { id: 'i-0a', status: 'success', lifecycleEvent: 'ApplicationStart' },
            { id: 'i-0b', status: 'success', lifecycleEvent: 'ApplicationStart' },
          ],
        },
      },
    ]);
    expect(await pageOf(run)).toContain('<bdi>i-0b</bdi>');
    await scene.status(repository, sha, 'success');
  });

  it('goes to the key that the pipeline names', async () => {
    aws.play(over);
    const sha = await project.push(
      shopPipeline(engine.image, { key: 'releases/{ref}/{run}-{artifact}.zip' }),
    );
    const run = await scene.ended(sha);
    expect(run).toMatchObject({ status: 'success' });
    expect(s3.objects.has(`releases/main/${run.number}-web.zip`)).toBe(true);
  });

  it('fails with the end of what the script printed, and names the rollback', async () => {
    const rollback = aws.addForeign([{ status: 'Succeeded' }]);
    aws.play(...failing(`port 8080 is in use\nkey ${secretAccessKey}\n`, rollback.id));
    const sha = await project.push(shopPipeline(engine.image));
    const run = await scene.ended(sha);
    expect(run).toMatchObject({ status: 'failure', reason: { code: 'hook_failed' } });
    expect(run.reason?.message).toMatch(/scripts\/start\.sh failed with exit code 1/);
    expect(run.reason?.message).toMatch(new RegExp(`rolled back .* ${rollback.id}, which succeeded`));
    const failed = deployJob(run)?.attempts[0]?.steps.find(({ status }) => status === 'failure');
    expect(failed).toMatchObject({ name: 'ApplicationStart', exitCode: 1 });
    expect(failed?.message).toMatch(/port 8080 is in use/);
    expect(run.deployments).toMatchObject([
      {
        status: 'failure',
        detail: {
          instances: [
            {
              id: 'i-0b',
              status: 'failure',
              detail: expect.stringMatching(/port 8080 is in use\nkey \*\*\*/),
            },
            { id: 'i-0a', status: 'success' },
          ],
        },
      },
    ]);
    expect(await deployLog(run)).toContain('port 8080 is in use');
    expect(await pageOf(run)).toContain('port 8080 is in use');
    const status = await scene.status(repository, sha, 'failure');
    expect(status.description).toMatch(
      /^Run #\d+ failed: deploy production: i-0b: ApplicationStart: .*exit code 1/,
    );
  });
});

describe('a deployment that loses its deployer', () => {
  it('is found and followed after the runner was killed', async () => {
    aws.play(...endless);
    const before = creations().length;
    const sha = await project.push(shopPipeline(engine.image));
    const under = await scene.run(sha, isFollowed);
    process.kill(childPid(' runner'), 'SIGKILL');
    await scene.run(
      sha,
      (run) => deployJob(run)?.attempts.length === 2 && deployJob(run)?.status === 'running',
    );
    const id = under.deployments[0]?.externalId ?? '';
    const deployment = aws.deployments.get(id);
    if (deployment) deployment.scenes = [over];
    const run = await scene.ended(sha);
    expect(run).toMatchObject({ status: 'success', deployments: [{ status: 'success', externalId: id }] });
    expect(deployJob(run)?.attempts.map(({ status }) => status)).toEqual(['lost', 'ended']);
    expect(await deployLog(run)).toContain(`${id} was created by an earlier attempt`);
    expect(stepsOf(run)?.[0]).toBe('FindDeployment success');
    expect(creations()).toHaveLength(before + 1);
  });

  it('goes on at CodeDeploy while hookline is stopped, and is followed after the next start', async () => {
    aws.play(...endless);
    const before = creations().length;
    const sha = await project.push(shopPipeline(engine.image));
    const under = await scene.run(sha, isFollowed);
    expect(await scene.hookline.stop()).toEqual({ code: 0, signal: null });
    expect(aws.count('StopDeployment')).toBe(0);
    await scene.start();
    await scene.run(sha, (run) => deployJob(run)?.attempts.length === 2 && isFollowed(run));
    const id = under.deployments[0]?.externalId ?? '';
    const deployment = aws.deployments.get(id);
    if (deployment) deployment.scenes = [over];
    const run = await scene.ended(sha);
    expect(run).toMatchObject({ status: 'success', deployments: [{ status: 'success', externalId: id }] });
    expect(aws.count('StopDeployment')).toBe(0);
    expect(creations()).toHaveLength(before + 1);
    await scene.status(repository, sha, 'success');
  });
});

describe('CodeDeploy that is not ready', () => {
  it('throttles and is busy: the run waits and says so, then succeeds', async () => {
    const throttled = { status: 400, name: 'ThrottlingException' };
    aws.play(over);
    aws.fail('CreateDeployment', throttled);
    aws.fail('GetDeployment', throttled, throttled);
    const foreign = aws.addForeign([{ status: 'InProgress' }]);
    const sha = await project.push(shopPipeline(engine.image));
    const waiting = await scene.run(sha, (run) => run.deployments[0]?.status === 'waiting');
    expect(waiting.status).toBe('running');
    expect(await pageOf(waiting)).toMatch(/s-waiting/);
    foreign.scenes = [succeeded];
    const run = await scene.ended(sha);
    expect(run).toMatchObject({ status: 'success', deployments: [{ status: 'success' }] });
    expect(await deployLog(run)).toContain('shop/production is deploying. Waiting for its turn.');
  });

  it('refuses the credentials: the run says what to check', async () => {
    aws.fail('ListDeployments', { status: 400, name: 'UnrecognizedClientException' });
    const before = s3.asked.length;
    const sha = await project.push(shopPipeline(engine.image));
    const run = await scene.ended(sha);
    expect(run).toMatchObject({ status: 'error', reason: { code: 'not_allowed' } });
    expect(run.reason?.message).toMatch(/AWS does not take these credentials.*AWS_ACCESS_KEY_ID/);
    expect(run.deployments).toMatchObject([{ status: 'error' }]);
    expect(s3.asked).toHaveLength(before);
    await scene.status(repository, sha, 'error');
  });
});

describe('an appspec.yml with a mistake', () => {
  it('is an error with its place, before anything is sent to AWS', async () => {
    const [puts, made] = [s3.asked.length, creations().length];
    const wrong = shopFiles['appspec.yml'].replace('ApplicationStart', 'ApplicationStrat');
    await project.copy.commit('appspec.yml', wrong);
    const sha = await project.push(shopPipeline(engine.image));
    const run = await scene.ended(sha);
    expect(run).toMatchObject({ status: 'error', reason: { code: 'appspec_invalid' } });
    expect(run.reason?.message).toMatch(/appspec\.yml:8:5 .*ApplicationStrat/);
    expect(stepsOf(run)).toEqual(['CheckBundle error']);
    expect([s3.asked.length, creations().length]).toEqual([puts, made]);
  });
});

describe('after all this', () => {
  it('the secret is nowhere: not in the API, the logs, the statuses or the data directory', async () => {
    const runs = await scene.runs({ repository });
    const said = new Map<string, string>([
      ['the API', JSON.stringify(runs)],
      ['the statuses', JSON.stringify(runs.map(({ sha }) => scene.git.statuses(repository, sha)))],
      ["hookline's log", await readFile(join(scene.directory, 'hookline.log'), 'utf8')],
      ...(await filesBelow(scene.dataDir)),
    ]);
    for (const run of runs) {
      said.set(`the page of run ${run.number}`, await pageOf(run));
      for (const job of run.jobs)
        said.set(`the log of ${job.name} of run ${run.number}`, await scene.log(job));
    }
    const leaks = [...said].filter(([, text]) => text.includes(secretAccessKey)).map(([where]) => where);
    expect(leaks).toEqual([]);
  });

  it('nothing is left behind, and every call fitted the model of AWS', async () => {
    await nothingLeft(scene.dataDir, engine.dockerHost);
    expect(aws.wrong).toEqual([]);
  });
});

async function filesBelow(directory: string): Promise<[string, string][]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(
    files.map(
      async (file): Promise<[string, string]> => [file, await readFile(file, 'latin1').catch(() => '')],
    ),
  );
}
