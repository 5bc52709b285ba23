import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import { BlobRefusal } from './blob-refusal.ts';
import type { S3Session } from './s3-session.ts';

/** S3's own limits: parts of 5 MiB or more except the last, and 10,000 of them. */
export const minPartBytes = 5 * 1024 * 1024;
const maxParts = 10_000;
/** Besides the part being gathered; together about 15 MiB for each upload. */
const maxPartsInFlight = 2;

/** What belongs to the object and not to a part of it. */
export type S3ObjectParams = Pick<
  PutObjectCommandInput,
  | 'ACL'
  | 'CacheControl'
  | 'ContentEncoding'
  | 'ContentType'
  | 'ServerSideEncryption'
  | 'SSEKMSKeyId'
  | 'StorageClass'
>;

export interface S3Upload {
  readonly session: S3Session;
  readonly key: string;
  readonly params: S3ObjectParams;
  readonly announcedBytes?: number | undefined;
}

export interface S3Uploaded {
  readonly etag: string | undefined;
  readonly version: string | undefined;
}

/** The part size for a body: S3's least, or more where the announced length needs it to fit 10,000 parts. */
export function partSizeFor(announcedBytes = 0): number {
  return Math.max(minPartBytes, Math.ceil(announcedBytes / maxParts));
}

/** Sends a body by one PutObject if it fits in a part, else in parts, which are dropped when anything goes wrong. */
export async function uploadToS3(
  { session, key, params, announcedBytes }: S3Upload,
  chunks: (signal: AbortSignal) => AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<S3Uploaded> {
  const { bucket, dialect } = session;
  const partSize = partSizeFor(announcedBytes);
  // A part that fails must also end the wait for a producer that gives nothing more, and the other way round.
  const failure = new AbortController();
  const stop = signal ? AbortSignal.any([signal, failure.signal]) : failure.signal;
  let sentBytes = 0;

  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of chunks(stop)) {
        sentBytes += chunk.length;
        if (sentBytes > maxParts * partSize) throw tooManyParts(key);
        yield chunk;
      }
    } catch (error) {
      failure.abort(error);
      throw error;
    }
  }

  const upload = new session.Upload({
    client: stoppableClient(session, stop, failure),
    params: {
      Bucket: bucket,
      Key: key,
      Body: Readable.from(body()),
      ...params,
      ...(dialect.checksums === 'sha256' && { ChecksumAlgorithm: 'SHA256' as const }),
    },
    partSize,
    queueSize: maxPartsInFlight,
  });
  try {
    const { ETag: etag, VersionId: version } = await upload.done();
    if (upload.uploadId !== undefined) await assertWhole(session, key, sentBytes, etag);
    return { etag, version };
  } catch (error) {
    stop.throwIfAborted();
    throw error;
  }
}

/**
 * The client as the library is given it: its requests end with `stop`, and the first that fails ends all of them.
 * The library's own way to abort is left alone, since it rejects while parts are still on their way.
 */
function stoppableClient(session: S3Session, stop: AbortSignal, failure: AbortController): S3Client {
  const { sdk, dialect } = session;

  async function send(command: Parameters<S3Client['send']>[0]): Promise<unknown> {
    if (command instanceof sdk.PutObjectCommand || command instanceof sdk.UploadPartCommand) {
      const { Body: bytes } = command.input;
      if (dialect.checksums === 'content-md5' && bytes instanceof Uint8Array)
        command.input.ContentMD5 = createHash('md5').update(bytes).digest('base64');
    }
    const isDrop = command instanceof sdk.AbortMultipartUploadCommand;
    // Not abortable: from here on it is the store that decides whether the object is there.
    const isEnd = isDrop || command instanceof sdk.CompleteMultipartUploadCommand;
    try {
      return await session.request(isEnd ? undefined : stop, (client, options) =>
        client.send(command, options),
      );
    } catch (error) {
      // What cannot be dropped now is left to the sweep, and hides no other failure.
      if (isDrop) return undefined;
      failure.abort(error);
      throw error;
    }
  }
  return Object.create(session.client, { send: { value: send } });
}

/** Each part was checked as it came in; this tells whether the store put all of them together. */
async function assertWhole(session: S3Session, key: string, sentBytes: number, etag: string | undefined) {
  const head = new session.sdk.HeadObjectCommand({ Bucket: session.bucket, Key: key });
  const found = await session.request(undefined, (client) => client.send(head));
  // Another etag: another put of this key came after ours, and its size is its own affair.
  if (found.ETag !== etag || found.ContentLength === sentBytes) return;
  throw new BlobRefusal(
    'corrupt',
    `The bucket ${session.bucket} keeps ${found.ContentLength} of the ${sentBytes} bytes of ${key}: put the blob again.`,
  );
}

function tooManyParts(key: string): BlobRefusal {
  return new BlobRefusal(
    'too-large',
    `The blob ${key} is longer than ${maxParts} parts of ${minPartBytes} bytes: announce its size to put it in larger parts.`,
  );
}
