import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractZip } from '../../../../runners/artifacts/extract-zip.ts';
import type { DeploymentEvent, DeploymentRequest } from '../../../../runners/deploy/deployment-target.ts';
import type { BucketPlace } from '../../../../runners/deploy/s3/open-bucket.ts';
import { createS3Target } from '../../../../runners/deploy/s3-target.ts';
import { startBucketServer } from '../../../support/codedeploy/bucket-server.ts';
import { watchDeployment } from '../watch-deployment.ts';
import { type Bundle, zipOf } from '../zip-of.ts';

export type Upload = {
  readonly key?: string;
  readonly bundle?: Bundle;
  readonly target?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly place?: BucketPlace;
  readonly onEvent?: (event: DeploymentEvent) => void;
};

export const site: Bundle = {
  'dist/index.html': '<p>hello</p>',
  'dist/app/main.js': 'hello()',
  'dist/.well-known/security.txt': 'Contact: mailto:security@example.com',
  'README.md': '# Site',
};

export const awsSecrets = { AWS_ACCESS_KEY_ID: 'AKIASTANDIN', AWS_SECRET_ACCESS_KEY: 'stand-in-secret-key' };

const limits = { maxFiles: 1_000, maxBytes: 1 << 26 };

/** A deployer's machine before a stand-in of S3 with the bucket `www`. Every `deploy` is a new adapter on the same disk. */
export async function createS3Scene() {
  const directory = await mkdtemp(join(tmpdir(), 'hookline-s3-target-'));
  const s3 = await startBucketServer({ bucket: 'www', versioned: false });

  async function deploy(upload: Upload = {}) {
    const zip = await zipOf(upload.bundle ?? site);
    const bundleSha256 = createHash('sha256').update(zip).digest('hex');
    const bundleFile = join(directory, `${bundleSha256}.zip`);
    await writeFile(bundleFile, zip);
    const target = createS3Target({
      stateDirectory: join(directory, 'state'),
      extract: (options) => extractZip({ ...options, limits }),
      ownBucket: 'hookline',
      places: new Map(['www', 'gone'].map((name) => [name, upload.place ?? { endpoint: s3.endpoint }])),
    });
    const request: DeploymentRequest = {
      deploymentKey: upload.key ?? 'job-1',
      repository: 'octo/shop',
      environment: 'production',
      ref: 'refs/heads/main',
      artifact: 'site',
      runNumber: 12,
      sha: 'a1'.repeat(20),
      bundleFile,
      bundleSha256,
      target: { type: 's3', bucket: 'www', region: 'eu-west-1', directory: 'dist', ...upload.target },
      secrets: upload.secrets ?? awsSecrets,
    };
    return watchDeployment(target, request, upload);
  }

  const stored = () => new Map([...s3.objects].map(([key, versions]) => [key, versions.at(-1)]));

  return {
    s3,
    directory,
    deploy,
    /** What is in the bucket, as text. */
    texts: () => Object.fromEntries([...stored()].map(([key, found]) => [key, found?.bytes.toString()])),
    headers: (key: string) => stored().get(key)?.headers ?? {},
    async close() {
      await s3.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
