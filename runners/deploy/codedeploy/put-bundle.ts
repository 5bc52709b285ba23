import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { BlobRefusal } from '../../../src/blobs/blob-refusal.ts';
import { openS3Session } from '../../../src/blobs/s3-session.ts';
import { uploadToS3 } from '../../../src/blobs/s3-upload.ts';
import { messageOf } from '../../../src/errors.ts';
import { DeploymentRefusal } from '../deployment-refusal.ts';
import type { DeploymentReasonCode } from '../deployment-target.ts';
import type { AwsCredentials } from './aws-credentials.ts';
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
    throw error instanceof BlobRefusal ? refusalOf(error, put) : error;
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

/** The blob store's words speak of hookline's own bucket; here it is the pipeline's. */
function refusalOf(error: BlobRefusal, { bucket, region, key }: PutBundle): DeploymentRefusal {
  const [code, message] = remedyOf(error, bucket, region, key);
  const said =
    error.cause instanceof Error ? `${error.cause.name}: ${error.cause.message}` : messageOf(error);
  return new DeploymentRefusal(code, `${message} (${said})`, { cause: error });
}

function remedyOf(
  error: BlobRefusal,
  bucket: string,
  region: string,
  key: string,
): [DeploymentReasonCode, string] {
  switch (error.code) {
    case 'no-bucket':
      return [
        'target_invalid',
        `The bucket ${bucket} does not exist. Create it in ${region}, or correct \`bucket\` in the pipeline.`,
      ];
    case 'wrong-region':
      return [
        'target_invalid',
        `The bucket ${bucket} is not in ${region}. Write its region as \`region\` in the pipeline, or use a bucket in ${region}.`,
      ];
    case 'no-credentials':
      return [
        'host_unsuitable',
        "No AWS credentials were found. Add AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to the deployment's secrets, or give the deployer's machine a role.",
      ];
    case 'access-denied':
      return [
        'not_allowed',
        `These AWS credentials may not put ${key} into the bucket ${bucket}. Allow them s3:PutObject, s3:GetObject and s3:AbortMultipartUpload on it, and check that they have not expired.`,
      ];
    default:
      return [
        'provider_failed',
        `The bundle could not be put into the bucket ${bucket} in ${region}. Deploy again; if it stays so, check the deployer's network and AWS_ENDPOINT_URL_S3.`,
      ];
  }
}
