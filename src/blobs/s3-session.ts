import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import type { Upload } from '@aws-sdk/lib-storage';
import { createRequestLimit } from './request-limit.ts';
import { type S3Checksums, type S3Dialect, s3DialectOf } from './s3-dialect.ts';
import { s3RefusalOf } from './s3-refusal.ts';

export type S3Sdk = typeof import('@aws-sdk/client-s3');

export interface S3SessionOptions {
  readonly bucket: string;
  /** Endpoint, region and credentials are found as the SDK finds them (AWS_ENDPOINT_URL_S3, ...) unless given. */
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  readonly credentials?: NonNullable<S3ClientConfig['credentials']> | undefined;
  /** By default `sha256` on AWS and `content-md5` at an endpoint. */
  readonly checksums?: S3Checksums | undefined;
  readonly connectTimeoutMs?: number | undefined;
  /** From a request's start to its answer's: an upload of a 5 MiB part must fit in. */
  readonly requestTimeoutMs?: number | undefined;
  /** How long a connection may be silent; a reader that pauses for longer asks for the rest with a range. */
  readonly idleTimeoutMs?: number | undefined;
}

export interface S3Session {
  readonly sdk: S3Sdk;
  readonly Upload: typeof Upload;
  /** For who needs it whole; `request` is the way to call it. */
  readonly client: S3Client;
  readonly bucket: string;
  readonly dialect: S3Dialect;
  /** Runs one call of the SDK: waits for its turn, passes the abort on, turns expected errors into BlobRefusals. */
  request<T>(signal: AbortSignal | undefined, call: S3Call<T>): Promise<T>;
  refusalOf(error: unknown): unknown;
  close(): void;
}

export type S3Call<T> = (client: S3Client, options: { abortSignal?: AbortSignal }) => Promise<T>;

/** Requests at once. A body that is being read counts no longer, so slow readers cannot hold up the others. */
const maxRequests = 40;

/** Opens a client for one bucket. The SDK is loaded here: it takes 70 ms that a store in a directory need not pay. */
export async function openS3Session(options: S3SessionOptions): Promise<S3Session> {
  const { bucket, connectTimeoutMs = 5_000, requestTimeoutMs = 120_000, idleTimeoutMs = 120_000 } = options;
  const [sdk, { Upload }] = await Promise.all([import('@aws-sdk/client-s3'), import('@aws-sdk/lib-storage')]);
  const endpoint = options.endpoint ?? (await configuredEndpoint(sdk));
  const dialect = s3DialectOf(endpoint, options.checksums);
  const limit = createRequestLimit(maxRequests);
  // Its own queue would count waiting for a socket as time to connect; ours does the waiting.
  const agent = { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY };
  const client = new sdk.S3Client({
    ...(endpoint !== undefined && { endpoint }),
    ...(options.region !== undefined && { region: options.region }),
    ...(options.credentials !== undefined && { credentials: options.credentials }),
    forcePathStyle: dialect.forcePathStyle,
    requestChecksumCalculation: dialect.sdkChecksums,
    responseChecksumValidation: dialect.sdkChecksums,
    // `Expect: 100-continue` costs a connection of its own for every part, and waits for stores that ignore it.
    expectContinueHeader: false,
    retryMode: 'standard',
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      socketTimeout: idleTimeoutMs,
      httpAgent: agent,
      httpsAgent: agent,
    },
  });

  const refusalOf = (error: unknown) => s3RefusalOf(error, { bucket, endpoint });
  return {
    sdk,
    Upload,
    client,
    bucket,
    dialect,
    refusalOf,
    async request(signal, call) {
      const release = await limit.enter(signal);
      try {
        return await call(client, signal ? { abortSignal: signal } : {});
      } catch (error) {
        signal?.throwIfAborted();
        throw refusalOf(error);
      } finally {
        release();
      }
    },
    close: () => client.destroy(),
  };
}

/** The endpoint that the environment or the shared AWS configuration names; it decides how the client is made. */
async function configuredEndpoint(sdk: S3Sdk): Promise<string | undefined> {
  const probe = new sdk.S3Client({ region: 'us-east-1' });
  try {
    return await probe.config.serviceConfiguredEndpoint?.();
  } finally {
    probe.destroy();
  }
}
