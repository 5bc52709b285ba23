import type { BlobRefusal } from '../../../src/blobs/blob-refusal.ts';
import { messageOf } from '../../../src/errors.ts';
import { DeploymentRefusal } from '../deployment-refusal.ts';
import type { DeploymentReasonCode } from '../deployment-target.ts';

export type ObjectPlace = { readonly bucket: string; readonly region: string; readonly key: string };

/** The blob store's words speak of hookline's own bucket; here it is the pipeline's. */
export function bucketRefusal(error: BlobRefusal, place: ObjectPlace): DeploymentRefusal {
  const [code, message] = remedyOf(error, place);
  const said =
    error.cause instanceof Error ? `${error.cause.name}: ${error.cause.message}` : messageOf(error);
  return new DeploymentRefusal(code, `${message} (${said})`, { cause: error });
}

function remedyOf(error: BlobRefusal, { bucket, region, key }: ObjectPlace): [DeploymentReasonCode, string] {
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
        `${key} could not be put into the bucket ${bucket} in ${region}. Deploy again; if it stays so, check the deployer's network and AWS_ENDPOINT_URL_S3.`,
      ];
  }
}
