import { messageOf } from '../errors.ts';
import { BlobRefusal } from './blob-refusal.ts';

export interface S3Place {
  readonly bucket: string;
  /** Undefined on AWS itself. */
  readonly endpoint: string | undefined;
}

/**
 * The refusal that an error of the SDK stands for, with what to set; an unexpected error stays itself. The names are
 * those of the S3 API's error responses; an answer to HEAD has no body, so there the status must do.
 */
export function s3RefusalOf(error: unknown, place: S3Place): unknown {
  if (error instanceof BlobRefusal) return error;
  const { name, status, networkCode, region } = factsOf(error);
  const where = place.endpoint === undefined ? 'AWS S3' : `the S3 endpoint ${place.endpoint}`;
  const bucket = `The bucket ${place.bucket} at ${where}`;
  const said = `(${name}: ${messageOf(error)})`;
  const refuse = (code: BlobRefusal['code'], message: string) =>
    new BlobRefusal(code, message, { cause: error });

  if (name === 'NoSuchBucket')
    return refuse('no-bucket', `${bucket} does not exist: create it or set S3_BUCKET to one that does.`);
  if (name === 'CredentialsProviderError' || name === 'CredentialsError')
    return refuse(
      'no-credentials',
      `No credentials were found for ${where}: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this machine a role ${said}.`,
    );
  if (isWrongRegion(name, status, error))
    return refuse(
      'wrong-region',
      `${bucket} is not in the region asked: set AWS_REGION to ${region ?? "the bucket's region"} ${said}.`,
    );
  if (rejectedKeys.has(name))
    return refuse(
      'access-denied',
      `${where} does not take the access key: check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and this machine's clock ${said}.`,
    );
  // Not a matter of keys: it passes when the clock is put right, and another machine's may be right now.
  if (name === 'RequestTimeTooSkewed')
    return refuse(
      'unreachable',
      `${where} takes no requests of another time than its own: set this machine's clock right ${said}.`,
    );
  if (status === 403)
    return refuse(
      'access-denied',
      `${bucket} refuses this access key: allow it s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload on the objects, and s3:ListBucket and s3:ListBucketMultipartUploads on the bucket ${said}.`,
    );
  if (corruptions.has(name))
    return refuse('corrupt', `${bucket} received other bytes than were sent: put the blob again ${said}.`);
  if (name === 'EntityTooLarge')
    return refuse(
      'too-large',
      `${bucket} does not take a body of this size: keep the blob below the store's limit ${said}.`,
    );
  if (name === 'TimeoutError' || unreachableCodes.has(networkCode) || (status !== undefined && status >= 500))
    return refuse(
      'unreachable',
      `${where} does not answer: check the network, AWS_ENDPOINT_URL_S3 and AWS_REGION ${said}.`,
    );
  return error;
}

const rejectedKeys: ReadonlySet<string> = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
]);

const corruptions: ReadonlySet<string> = new Set([
  'BadDigest',
  'InvalidDigest',
  'XAmzContentChecksumMismatch',
  'XAmzContentSHA256Mismatch',
]);

const unreachableCodes: ReadonlySet<string | undefined> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ERR_SOCKET_CONNECTION_TIMEOUT',
]);

function isWrongRegion(name: string, status: number | undefined, error: unknown): boolean {
  // The SDK has no name for a region that was never set, and a HEAD that is redirected has only its status.
  if (name === 'PermanentRedirect' || status === 301) return true;
  if (name === 'AuthorizationHeaderMalformed') return /region|expecting/i.test(messageOf(error));
  return name === 'IllegalLocationConstraintException' || messageOf(error) === 'Region is missing';
}

/** What the errors of the SDK and of Node's sockets carry beside their message. */
function factsOf(error: unknown) {
  const fields = fieldsOf(error);
  const metadata = fieldsOf(fields['$metadata']);
  const headers = fieldsOf(fieldsOf(fields['$response'])['headers']);
  return {
    name: textOf(fields['name']) ?? 'Error',
    status: typeof metadata['httpStatusCode'] === 'number' ? metadata['httpStatusCode'] : undefined,
    networkCode: textOf(fields['code']),
    region: textOf(fields['Region']) ?? textOf(headers['x-amz-bucket-region']),
  };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
