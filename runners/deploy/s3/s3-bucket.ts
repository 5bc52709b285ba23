import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { getMimeType } from 'hono/utils/mime';
import { BlobRefusal } from '../../../src/blobs/blob-refusal.ts';
import { openS3Session } from '../../../src/blobs/s3-session.ts';
import { type S3ObjectParams, uploadToS3 } from '../../../src/blobs/s3-upload.ts';
import type { AwsCredentials } from '../codedeploy/aws-credentials.ts';
import { bucketRefusal } from '../codedeploy/bucket-refusal.ts';
import { DeploymentRefusal } from '../deployment-refusal.ts';
import type { Bucket } from './bucket.ts';
import type { S3Options } from './s3-options.ts';

export type S3Place = {
  readonly credentials: AwsCredentials | undefined;
  /** Absent: found as the SDK finds it. */
  readonly endpoint: string | undefined;
};

/** A bucket at AWS, or at another endpoint that speaks its protocol. */
export async function openS3Bucket(options: S3Options, place: S3Place): Promise<Bucket> {
  const { bucket, region } = options;
  const session = await openS3Session({ bucket, region, ...place });
  return {
    addressOf: (prefix) => `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`,
    async put({ key, file, sizeBytes }, signal) {
      try {
        const params = await paramsOf(options, key, file);
        const body = (stop: AbortSignal) => createReadStream(file, { highWaterMark: 1 << 18, signal: stop });
        await uploadToS3({ session, key, params, announcedBytes: sizeBytes }, body, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof BlobRefusal)) throw refusalOfAnswer(error, bucket, key);
        if (error.code !== 'unreachable') throw bucketRefusal(error, { bucket, region, key });
        // The same again does no harm here, so the attempt may be repeated when the store answers.
        throw new DeploymentRefusal('provider_unreachable', error.message, { cause: error });
      }
    },
    close: () => session.close(),
  };
}

async function paramsOf(options: S3Options, key: string, file: string): Promise<S3ObjectParams> {
  const { acl, cacheControl, storageClass, encryption } = options;
  const isPacked = options.detectEncoding && !/\.(gz|tgz)$/i.test(key) && (await isGzip(file));
  return {
    ContentType: getMimeType(key) ?? 'application/octet-stream',
    ...(acl !== undefined && { ACL: acl }),
    ...(cacheControl !== undefined && { CacheControl: cacheControl }),
    ...(storageClass !== undefined && { StorageClass: storageClass }),
    ...(encryption !== undefined && { ServerSideEncryption: encryption }),
    ...(isPacked && { ContentEncoding: 'gzip' }),
  };
}

/** RFC 1952, section 2.3.1. */
async function isGzip(file: string): Promise<boolean> {
  await using handle = await open(file, 'r');
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
  return bytesRead === 2 && buffer.readUInt16BE() === 0x1f8b;
}

/** What S3 says no to without hookline's own store ever having met it: an ACL where lists are off, a class it lacks. */
function refusalOfAnswer(error: unknown, bucket: string, key: string): unknown {
  if (!(error instanceof Error && '$metadata' in error)) return error;
  const remedy =
    error.name === 'AccessControlListNotSupported'
      ? 'The bucket has its access control lists switched off: take `acl` out of the pipeline and let the policy of the bucket say who may read.'
      : 'Correct what the pipeline says of it.';
  return new DeploymentRefusal(
    'target_invalid',
    `The bucket ${bucket} does not take ${key}. ${remedy} (${error.name}: ${error.message})`,
    { cause: error },
  );
}
