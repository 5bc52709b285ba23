import type { CompletedPart, PutObjectCommandInput } from '@aws-sdk/client-s3';
import { BlobRefusal } from './blob-refusal.ts';
import { type BodyPart, partsOf } from './body-parts.ts';
import { integrityOf } from './s3-dialect.ts';
import type { S3Session } from './s3-session.ts';

/** S3's own limits: parts of 5 MiB or more except the last, and 10,000 of them. */
export const minPartBytes = 5 * 1024 * 1024;
const maxParts = 10_000;
/** Besides the part being gathered; together about 15 MiB for each upload. */
const maxPartsInFlight = 2;

/** What belongs to the object and not to a part of it. */
export type S3ObjectParams = Pick<
  PutObjectCommandInput,
  'ContentType' | 'ServerSideEncryption' | 'SSEKMSKeyId'
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

/**
 * Sends a body by one PutObject if it fits in a part, else in parts, which are dropped when anything goes wrong.
 * The SDK's own lib-storage is not used because it can neither send a Content-MD5 with each part nor abort a small
 * body, and rejects an aborted upload while its parts are still being sent.
 */
export async function uploadToS3(
  upload: S3Upload,
  chunks: (signal: AbortSignal) => AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<S3Uploaded> {
  // A part that fails must also end the wait for a producer that gives nothing more.
  const failure = new AbortController();
  const stop = signal ? AbortSignal.any([signal, failure.signal]) : failure.signal;
  let multipart: Multipart | undefined;
  try {
    for await (const part of partsOf(chunks(stop), partSizeFor(upload.announcedBytes))) {
      if (part.isLast && !multipart) return await putWhole(upload, part.bytes, stop);
      multipart ??= await beginMultipart(upload, failure, stop);
      await multipart.send(part);
    }
    return (await multipart?.complete()) ?? { etag: undefined, version: undefined };
  } catch (error) {
    failure.abort(error);
    await multipart?.abandon();
    throw error;
  }
}

async function putWhole(
  { session, key, params }: S3Upload,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<S3Uploaded> {
  const { sdk, bucket, dialect } = session;
  const target = { Bucket: bucket, Key: key };
  const put = new sdk.PutObjectCommand({ ...target, ...params, Body: bytes, ...integrityOf(bytes, dialect) });
  const answer = await session.request(signal, (client, options) => client.send(put, options));
  return { etag: answer.ETag, version: answer.VersionId };
}

interface Multipart {
  /** Resolves when the part is on its way and there is room for another. */
  send(part: BodyPart): Promise<void>;
  complete(): Promise<S3Uploaded>;
  /** Drops what was sent, once nothing is being sent any more; what cannot be dropped now is left to the sweep. */
  abandon(): Promise<void>;
}

async function beginMultipart(
  { session, key, params }: S3Upload,
  failure: AbortController,
  signal: AbortSignal,
): Promise<Multipart> {
  const { sdk, bucket, dialect } = session;
  const target = { Bucket: bucket, Key: key };
  const create = new sdk.CreateMultipartUploadCommand({
    ...target,
    ...params,
    ...(dialect.checksums === 'sha256' && { ChecksumAlgorithm: 'SHA256' as const }),
  });
  const { UploadId } = await session.request(signal, (client, options) => client.send(create, options));
  const parts: CompletedPart[] = [];
  const inFlight = new Set<Promise<void>>();
  let sentBytes = 0;

  async function sendPart({ number, bytes }: BodyPart): Promise<void> {
    const place = { ...target, UploadId, PartNumber: number };
    const upload = new sdk.UploadPartCommand({ ...place, Body: bytes, ...integrityOf(bytes, dialect) });
    const answer = await session.request(signal, (client, options) => client.send(upload, options));
    parts.push({
      PartNumber: number,
      ETag: answer.ETag,
      ...(answer.ChecksumSHA256 !== undefined && { ChecksumSHA256: answer.ChecksumSHA256 }),
    });
  }

  return {
    async send(part) {
      if (part.number > maxParts) throw tooManyParts(key);
      sentBytes += part.bytes.length;
      const task = sendPart(part)
        .catch((error: unknown) => failure.abort(error))
        .finally(() => inFlight.delete(task));
      inFlight.add(task);
      while (inFlight.size >= maxPartsInFlight) await Promise.race(inFlight);
      signal.throwIfAborted();
    },

    async complete() {
      await Promise.all(inFlight);
      signal.throwIfAborted();
      parts.sort((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0));
      const complete = new sdk.CompleteMultipartUploadCommand({
        ...target,
        UploadId,
        MultipartUpload: { Parts: parts },
      });
      // Not abortable: from here on it is the store that decides whether the object is there.
      const answer = await session.request(undefined, (client) => client.send(complete));
      await assertWhole(session, key, sentBytes, answer.ETag);
      return { etag: answer.ETag, version: answer.VersionId };
    },

    async abandon() {
      await Promise.all(inFlight);
      const abort = new sdk.AbortMultipartUploadCommand({ ...target, UploadId });
      await session.request(undefined, (client) => client.send(abort)).catch(() => {});
    },
  };
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
