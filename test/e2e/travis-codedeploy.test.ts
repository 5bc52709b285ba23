import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BucketServer, startBucketServer } from '../support/codedeploy/bucket-server.ts';
import { type CodeDeployServer, startCodeDeployServer } from '../support/codedeploy/codedeploy-server.ts';
import { shopFiles } from '../support/codedeploy/shop-files.ts';
import { over } from '../support/codedeploy/shop-scenes.ts';
import { runHookline } from '../support/hookline-process.ts';
import type { HooklineProject } from '../support/hookline-project.ts';
import { type HooklineScene, openHooklineScene } from '../support/hookline-scene.ts';
import { type JobEngine, startJobEngine } from '../support/job-engine.ts';

const repository = 'octo/travis-shop';

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
    HOOKLINE_TRAVIS_IMAGES: `shell=${engine.image}, generic=${engine.image}`,
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    AWS_ENDPOINT_URL_CODEDEPLOY: aws.endpoint,
  });
  await scene.start();
  for (const [name, input] of Object.entries({
    SHOP_KEY: 'AKIASTANDINSTANDIN00',
    SHOP_SECRET: 'stand-in/secret+key/0123456789abcdefghij',
    BUCKET: 'bundles',
    SPARE: 'four-and-twenty-letters!',
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

const travisFile = `language: generic
env: APP=shop STAGE=production
script: echo "the spare secret has \${#SPARE} letters"
before_deploy:
  - mkdir -p upload
  - tar -cf upload/bundle.tar $(git ls-files | grep -v travis)
deploy:
  - provider: s3
    access_key_id: $SHOP_KEY
    secret_access_key: $SHOP_SECRET
    bucket: $BUCKET
    region: eu-west-1
    local_dir: upload
    upload_dir: travis
    skip_cleanup: true
    on: &production { branch: main, condition: $TRAVIS_OS_NAME = linux }
  - provider: codedeploy
    access_key_id: $SHOP_KEY
    secret_access_key: $SHOP_SECRET
    bucket: $BUCKET
    region: eu-west-1
    key: travis/bundle.tar
    bundle_type: tar
    application: $APP
    deployment_group: $STAGE
    wait-until-deployed: true
    on: *production
`;

it('the pair of an upload to S3 and a CodeDeploy deployment of a .travis.yml becomes one deployment', async () => {
  aws.play(over);
  const sha = await project.copy.commit('.travis.yml', travisFile, 'As it was at Travis');
  await project.copy.git('push', '--quiet', 'origin', 'HEAD:refs/heads/main');
  await scene.git.settled();
  const run = await scene.ended(sha);
  const log = run.jobs[0] ? await scene.log(run.jobs[0]) : '';
  expect(run, log).toMatchObject({
    status: 'success',
    deployments: [{ environment: 'production', status: 'success' }],
  });
  expect(log).toContain('the spare secret has 24 letters');
  expect(s3.objects.has('travis/bundle.zip')).toBe(true);
  expect(aws.asked[0]?.authorization).toContain('Credential=AKIASTANDINSTANDIN00/');
  expect(aws.asked.filter(({ operation }) => operation === 'CreateDeployment')).toMatchObject([
    {
      input: {
        applicationName: 'shop',
        deploymentGroupName: 'production',
        revision: { s3Location: { bucket: 'bundles', key: 'travis/bundle.zip', bundleType: 'zip' } },
      },
    },
  ]);
});

it('a branch that is not deployed makes no bundle, and is green', async () => {
  await project.copy.git('checkout', '--quiet', '-b', 'side');
  const sha = await project.copy.commit('side.txt', 'side', 'Something else');
  await project.copy.git('push', '--quiet', 'origin', 'HEAD:refs/heads/side');
  await scene.git.settled();
  const run = await scene.ended(sha);
  const log = run.jobs[0] ? await scene.log(run.jobs[0]) : '';
  expect(run, log).toMatchObject({ status: 'success', deployments: [] });
  expect(log).toContain('not deployed: this is not main');
});

const siteFile = `language: generic
script: mkdir -p dist/docs && echo '<p>hello</p>' > dist/docs/index.html && echo hidden > dist/.hidden
deploy:
  - provider: s3
    access_key_id: $SHOP_KEY
    secret_access_key: $SHOP_SECRET
    bucket: bundles
    region: eu-west-1
    local-dir: dist
    upload-dir: site/$TRAVIS_BRANCH
    acl: public_read
    on: { all_branches: true }
  - provider: s3
    bucket: never
    local-dir: dist
    on: { all_branches: true, condition: $TRAVIS_OS_NAME = osx }
`;

it('an upload to S3 alone is a deployment of its own, of the files as they were when the job ended', async () => {
  const sha = await project.copy.commit('.travis.yml', siteFile, 'A site and nothing else');
  await project.copy.git('push', '--quiet', 'origin', 'HEAD:refs/heads/side');
  await scene.git.settled();
  const run = await scene.ended(sha);
  const upload = { bucket: 'bundles', prefix: 'site/side', fileCount: 1, sizeBytes: 13 };
  const logs = await Promise.all(run.jobs.map((job) => scene.log(job)));
  expect(run, logs.join('\n')).toMatchObject({
    status: 'success',
    jobs: [{ status: 'success' }, { status: 'success' }, { name: 'deploy never', status: 'skipped' }],
    deployments: [{ environment: 'bundles', status: 'success', detail: { upload } }],
  });
  expect([...s3.objects.keys()].filter((key) => key.startsWith('site/'))).toEqual([
    'site/side/docs/index.html',
  ]);
  expect(s3.objects.get('site/side/docs/index.html')?.[0]?.headers['x-amz-acl']).toBe('public-read');
  expect(logs.join('\n')).toContain('1 file with 13 bytes: s3://bundles/site/side');
  const page = await (await scene.get(`/runs/${run.id}`)).text();
  expect(page).toContain('1 file, 13 B, in the bucket');
});
