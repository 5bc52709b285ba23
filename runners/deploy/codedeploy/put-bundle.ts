import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { BlobRefusal } from '../../../src/blobs/blob-refusal.ts';
import { openS3Session } from '../../../src/blobs/s3-session.ts';
import { uploadToS3 } from '../../../src/blobs/s3-upload.ts';
import { DeploymentRefusal } from '../deployment-refusal.ts';
import type { AwsCredentials } from './aws-credentials.ts';
import { bucketRefusal } from './bucket-refusal.ts';
import type { BundleRevision } from './deployment-records.ts';

export type PutBundle = {
  readonly file: string;
  readonly sha256: string;
  readonly bucket: string;
  readonly key: string;
  readonly region: string;
  readonly credentials: AwsCredentials | undefined;
  readonly endpoint: string | undefined;
  readonly signal: AbortSignal;
};

/**
 * Puts the bundle into the pipeline's own bucket, in parts when it is large. The answer names exactly these
 * bytes: without a version CodeDeploy would take the newest object, without an ETag it would check nothing.
 */
export async function putBundle(put: PutBundle): Promise<BundleRevision> {
  const { bucket, key, region, credentials, endpoint, signal } = put;
  const session = await openS3Session({ bucket, region, credentials, endpoint });
  try {
    const { size } = await stat(put.file);
    const upload = { session, key, params: { ContentType: 'application/zip' }, announcedBytes: size };
    const { etag, version } = await uploadToS3(upload, (stop) => checkedBytes(put, stop), signal);
    if (etag === undefined) {
      throw new DeploymentRefusal(
        'provider_failed',
        `The bucket ${bucket} answered without an ETag, without which CodeDeploy cannot tell that it fetches this bundle.`,
      );
    }
    // The header's quotes are not a part of the tag for CodeDeploy's agent. S3 says "null" without versioning.
    const eTag = etag.replaceAll('"', '');
    return { bucket, key, eTag, ...(version !== undefined && version !== 'null' && { version }) };
  } catch (error) {
    throw error instanceof BlobRefusal ? bucketRefusal(error, put) : error;
  } finally {
    session.close();
  }
}

/** The hash is known before the last part is sent, so bytes that are not the promised ones never become an object. */
async function* checkedBytes({ file, sha256 }: PutBundle, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 18, signal })) {
    hash.update(chunk);
    yield chunk;
  }
  const found = hash.digest('hex');
  if (found === sha256) return;
  throw new DeploymentRefusal(
    'bundle_mismatch',
    `The bundle is not the one that was built: its SHA-256 is ${found}, expected ${sha256}. Build it again.`,
  );
}
