import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openS3Store, type S3StoreOptions } from '../../src/blobs/s3-store.ts';
import { awsKeys } from '../../src/compose/aws-keys.ts';
import type { CodecommitKeys } from '../githost/codecommit-credential.ts';
import type { Closers } from './closers.ts';

export type BucketObject = { readonly key: string; readonly sizeBytes: number };

/** The part of an S3 bucket that hookline keeps everything in during the demo. */
export type Bucket = {
  /** As `aws s3 ls` takes it. */
  readonly address: string;
  readonly endpoint: string;
  /** Whether it outlives the demo, with all that is in it. */
  readonly stays: boolean;
  /** What hookline has to know of it. */
  readonly settings: Readonly<Record<string, string>>;
  /** The keys it is opened with, which may be the machine's own. */
  readonly keys: CodecommitKeys;
  /** In the order of their keys. */
  list(): Promise<BucketObject[]>;
  sha256Of(key: string): Promise<string | undefined>;
};

const demoBucket = 'hookline-demo';
const setup = fileURLToPath(new URL('../setup/setup.sh', import.meta.url));

/** The bucket that `S3_BUCKET` and the AWS variables name; nothing when there is no such variable. */
export async function bucketOfEnvironment(
  environment: NodeJS.ProcessEnv,
  startedAt: Date,
  closers: Closers,
): Promise<Bucket | undefined> {
  const { S3_BUCKET: bucket, S3_PREFIX, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = environment;
  if (!bucket) return undefined;
  const ours = `demo-${startedAt.toISOString().replaceAll(/[:.]/g, '-')}`;
  const prefix = S3_PREFIX ? `${S3_PREFIX.replace(/\/+$/, '')}/${ours}` : ours;
  const aws = Object.entries(environment).flatMap(([name, value]) =>
    name.startsWith('AWS_') && value !== undefined ? [[name, value] as const] : [],
  );
  const endpoint = AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL ?? 'AWS';
  return openBucket(
    { bucket, prefix },
    { endpoint, stays: true, aws: Object.fromEntries(aws), keys: await awsKeys()() },
    closers,
  );
}

/** A bucket on an S3 server of our own, OpenStack Swift's, gone with the demo. */
export async function bucketOfOurOwn(closers: Closers): Promise<Bucket> {
  await installS3Server();
  const { startS3Server } = await import('../support/s3-server.ts');
  const { endpoint, region, credentials, stop } = await startS3Server();
  closers.add('the S3 server', stop);
  const { CreateBucketCommand, S3Client } = await import('@aws-sdk/client-s3');
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: demoBucket })).finally(() => client.destroy());
  const aws = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  const options = { bucket: demoBucket, endpoint, region, credentials };
  return openBucket(options, { endpoint, stays: false, aws, keys: credentials }, closers);
}

/** Says what it does on standard error, and nothing when all is there. */
async function installS3Server(): Promise<void> {
  const child = spawn('sh', [setup, 's3'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error('the S3 server could not be installed; what to do is said above');
}

async function openBucket(
  options: S3StoreOptions,
  { aws, ...of }: Pick<Bucket, 'endpoint' | 'stays' | 'keys'> & { aws: Record<string, string> },
  closers: Closers,
): Promise<Bucket> {
  const store = await openS3Store(options);
  closers.add('the bucket’s client', () => store.close());
  await store.check();
  const { bucket, prefix } = options;
  return {
    address: `s3://${bucket}/${prefix === undefined ? '' : `${prefix}/`}`,
    ...of,
    settings: { ...aws, S3_BUCKET: bucket, ...(prefix === undefined ? {} : { S3_PREFIX: prefix }) },
    async list() {
      const found: BucketObject[] = [];
      for await (const { key, sizeBytes } of store.list('')) found.push({ key, sizeBytes });
      return found;
    },
    async sha256Of(key) {
      const found = await store.get(key);
      if (found === undefined) return undefined;
      const hash = createHash('sha256');
      for await (const chunk of found.body) hash.update(chunk);
      return hash.digest('hex');
    },
  };
}
