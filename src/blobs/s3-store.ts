import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { assertKey, assertPrefix } from './blob-key.ts';
import type { BlobHead, BlobStore, FoundBlob, GetOptions } from './blob-store.ts';
import { chunksOf } from './body-chunks.ts';
import { createBodyMeter } from './body-meter.ts';
import { assertRange } from './byte-range.ts';
import { contentTypeOf } from './content-type.ts';
import { createOpenPuts } from './open-puts.ts';
import { probeStore } from './probe-store.ts';
import { isMissing, isPastTheEnd, wholeSizeOf } from './s3-answers.ts';
import { openS3Session, type S3SessionOptions } from './s3-session.ts';
import { sweepS3Uploads } from './s3-sweep.ts';
import { uploadToS3 } from './s3-upload.ts';
import { emptyStream, webStreamOf } from './web-stream.ts';

export interface S3StoreOptions extends S3SessionOptions {
  /** Put before every key, with a `/` between; a bucket may be shared with other programs. */
  readonly prefix?: string | undefined;
  readonly sse?: 'AES256' | 'aws:kms' | undefined;
  readonly kmsKeyId?: string | undefined;
  /** Keys per page of a listing; S3 gives 1,000 at most. */
  readonly listPageSize?: number | undefined;
  readonly now?: () => number;
  readonly newId?: () => string;
}

/** Opens the blob store in a bucket. Nothing is sent yet: `check` tells whether the bucket can be used. */
export async function openS3Store(options: S3StoreOptions): Promise<BlobStore> {
  const { bucket, sse, kmsKeyId, listPageSize = 1_000, now = Date.now, newId = randomUUID } = options;
  const session = await openS3Session(options);
  const { sdk, request } = session;
  const base = options.prefix ? `${options.prefix.replace(/\/+$/, '')}/` : '';
  const objectOf = (key: string) => ({ Bucket: bucket, Key: base + key });
  const encryption = {
    ...(sse !== undefined && { ServerSideEncryption: sse }),
    ...(kmsKeyId !== undefined && { SSEKMSKeyId: kmsKeyId }),
  };
  const puts = createOpenPuts(`The blob store in the bucket ${bucket}`);

  async function head(key: string, signal: AbortSignal | undefined): Promise<BlobHead | undefined> {
    const command = new sdk.HeadObjectCommand(objectOf(key));
    const found = await orUndefined(
      isMissing,
      request(signal, (client, abort) => client.send(command, abort)),
    );
    return (
      found && {
        sizeBytes: found.ContentLength ?? 0,
        contentType: contentTypeOf(key),
        modifiedAtMs: found.LastModified?.getTime() ?? 0,
      }
    );
  }

  async function nothingOf(key: string, signal: AbortSignal | undefined): Promise<FoundBlob | undefined> {
    const found = await head(key, signal);
    return found && { sizeBytes: found.sizeBytes, contentType: found.contentType, body: emptyStream() };
  }

  async function get(key: string, { range, signal }: GetOptions): Promise<FoundBlob | undefined> {
    if (range && range.start === range.end) return nothingOf(key, signal);
    // The header's end is inclusive.
    const lastByte = range?.end === undefined ? '' : range.end - 1;
    const command = new sdk.GetObjectCommand({
      ...objectOf(key),
      ...(range && { Range: `bytes=${range.start}-${lastByte}` }),
    });
    try {
      const found = await request(signal, (client, abort) => client.send(command, abort));
      if (!(found.Body instanceof Readable)) throw new Error(`S3 answered ${key} without a stream of bytes.`);
      const body = webStreamOf(found.Body, { signal, mapError: session.refusalOf });
      return { sizeBytes: wholeSizeOf(found), contentType: contentTypeOf(key), body };
    } catch (error) {
      if (isMissing(error)) return undefined;
      if (isPastTheEnd(error)) return nothingOf(key, signal);
      throw error;
    }
  }

  const store: BlobStore = {
    put: (key, body, { sizeBytes, signal } = {}) =>
      puts.run(async () => {
        assertKey(key);
        signal?.throwIfAborted();
        const meter = createBodyMeter(key, sizeBytes);
        const params = { ContentType: contentTypeOf(key), ...encryption };
        const upload = { session, key: base + key, params, announcedBytes: sizeBytes };
        let measures: ReturnType<typeof meter.finish> | undefined;
        async function* measured(stop: AbortSignal): AsyncGenerator<Uint8Array> {
          for await (const chunk of chunksOf(body, stop)) {
            meter.add(chunk);
            yield chunk;
          }
          // Before the last part is sent, so that a body of another size than announced leaves nothing.
          measures = meter.finish();
        }
        const uploaded = await uploadToS3(upload, measured, signal);
        if (!measures) throw new Error(`The body of ${key} was not read to its end.`);
        return { ...measures, ...uploaded };
      }),

    async get(key, getOptions = {}) {
      puts.assertOpen();
      assertKey(key);
      assertRange(getOptions.range);
      return get(key, getOptions);
    },

    async head(key, { signal } = {}) {
      puts.assertOpen();
      assertKey(key);
      return head(key, signal);
    },

    async *list(prefix, { signal } = {}) {
      puts.assertOpen();
      assertPrefix(prefix);
      let page: ListObjectsV2CommandOutput | undefined;
      do {
        const command = new sdk.ListObjectsV2Command({
          Bucket: bucket,
          Prefix: base + prefix,
          MaxKeys: listPageSize,
          ContinuationToken: page?.NextContinuationToken,
        });
        page = await request(signal, (client, abort) => client.send(command, abort));
        for (const { Key = '', Size = 0, LastModified } of page.Contents ?? [])
          yield { key: Key.slice(base.length), sizeBytes: Size, modifiedAtMs: LastModified?.getTime() ?? 0 };
      } while (page.IsTruncated);
    },

    async remove(key, { signal } = {}) {
      puts.assertOpen();
      assertKey(key);
      const command = new sdk.DeleteObjectCommand(objectOf(key));
      await orUndefined(
        isMissing,
        request(signal, (client, abort) => client.send(command, abort)),
      );
    },

    async sweep({ signal } = {}) {
      puts.assertOpen();
      return { removed: await sweepS3Uploads(session, base, now(), signal) };
    },

    check: (checkOptions) => probeStore(store, newId(), checkOptions),

    async close() {
      await puts.close();
      session.close();
    },
  };
  return store;
}

/** What the request gives, or undefined when it fails in a way that is an answer too. */
async function orUndefined<T>(
  isAnswer: (error: unknown) => boolean,
  request: Promise<T>,
): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isAnswer(error)) return undefined;
    throw error;
  }
}
