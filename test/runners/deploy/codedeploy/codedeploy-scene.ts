import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CodeDeployTimes } from '../../../../runners/deploy/codedeploy/codedeploy-times.ts';
import {
  type CodeDeployTargetOptions,
  createCodeDeployTarget,
} from '../../../../runners/deploy/codedeploy-target.ts';
import type { DeploymentEvent, DeploymentRequest } from '../../../../runners/deploy/deployment-target.ts';
import { systemClock } from '../../../../src/clock.ts';
import { startBucketServer } from '../../../support/codedeploy/bucket-server.ts';
import { startCodeDeployServer } from '../../../support/codedeploy/codedeploy-server.ts';
import { watchDeployment } from '../watch-deployment.ts';
import { zipOf } from '../zip-of.ts';

export const goodAppspec = `version: 0.0
os: linux
files:
  - source: app
    destination: /srv/shop
hooks:
  ApplicationStart:
    - location: scripts/start.sh
`;

export const goodBundle = {
  'appspec.yml': goodAppspec,
  'app/index.html': '<p>hello</p>',
  'scripts/start.sh': '#!/bin/sh\n',
};

/** A tenth of a second stands for what is minutes or hours outside. */
const hasty: CodeDeployTimes = {
  firstPollMs: 2,
  lastPollMs: 5,
  busyPollMs: 5,
  backoffMs: 2,
  giveUpAfterMs: 5_000,
  settleMs: 150,
  silenceMs: 10_000,
  stopMs: 5_000,
  rollbackMs: 100,
};

export type Deploy = {
  readonly key?: string;
  readonly bundle?: Readonly<Record<string, string>>;
  readonly target?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: DeploymentEvent) => void;
  /** In place of an adapter of its own: what survives is only what is on disk. */
  readonly adapter?: Partial<CodeDeployTargetOptions>;
};

export const awsSecrets = { AWS_ACCESS_KEY_ID: 'AKIASTANDIN', AWS_SECRET_ACCESS_KEY: 'stand-in-secret-key' };

/** A deployer's machine before stand-ins of CodeDeploy and S3. Every `deploy` is a new adapter on the same disk. */
export async function createCodeDeployScene({
  versioned = true,
  times = {} as Partial<CodeDeployTimes>,
} = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'hookline-codedeploy-'));
  const aws = await startCodeDeployServer();
  const s3 = await startBucketServer({ versioned });
  const stateDirectory = join(directory, 'state');

  async function deploy(deploy: Deploy = {}) {
    const zip = await zipOf(deploy.bundle ?? goodBundle);
    const bundleFile = join(directory, `${createHash('sha1').update(zip).digest('hex')}.zip`);
    await writeFile(bundleFile, zip);
    const target = createCodeDeployTarget({
      stateDirectory,
      clock: systemClock,
      endpoints: { s3: s3.endpoint, codedeploy: aws.endpoint },
      random: () => 0.5,
      times: { ...hasty, ...times },
      ...deploy.adapter,
    });
    const request: DeploymentRequest = {
      deploymentKey: deploy.key ?? 'job-1',
      repository: 'octo/shop',
      environment: 'production',
      ref: 'refs/heads/main',
      artifact: 'web',
      runNumber: 12,
      sha: 'a1'.repeat(20),
      bundleFile,
      bundleSha256: createHash('sha256').update(zip).digest('hex'),
      target: {
        type: 'codedeploy',
        application: 'shop',
        group: 'production',
        bucket: 'bundles',
        key: '{repository}/{ref}/{artifact}-{run}.zip',
        region: 'eu-west-1',
        fileExistsBehavior: 'OVERWRITE',
        ignoreApplicationStopFailures: false,
        ...deploy.target,
      },
      secrets: deploy.secrets ?? awsSecrets,
    };
    return watchDeployment(target, request, deploy);
  }

  return {
    aws,
    s3,
    stateDirectory,
    deploy,
    async close() {
      await aws.close();
      await s3.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export type CodeDeployScene = Awaited<ReturnType<typeof createCodeDeployScene>>;
