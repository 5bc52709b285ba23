import type { ListMultipartUploadsCommandOutput } from '@aws-sdk/client-s3';
import type { S3Session } from './s3-session.ts';

/** Longer than any put takes, so that no other process's upload is cut off. */
const staleAfterMs = 24 * 60 * 60 * 1000;

/**
 * Drops the multipart uploads below a prefix that were begun more than a day ago and never completed: they cost money
 * and no listing shows them. Resolves with their number.
 */
export async function sweepS3Uploads(
  session: S3Session,
  prefix: string,
  nowMs: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { sdk, bucket } = session;
  let removed = 0;
  let page: ListMultipartUploadsCommandOutput | undefined;
  do {
    const list = new sdk.ListMultipartUploadsCommand({
      Bucket: bucket,
      Prefix: prefix,
      KeyMarker: page?.NextKeyMarker,
      UploadIdMarker: page?.NextUploadIdMarker,
    });
    page = await session.request(signal, (client, options) => client.send(list, options));
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      if (!Initiated || nowMs - Initiated.getTime() < staleAfterMs) continue;
      const abort = new sdk.AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId });
      await session.request(signal, (client, options) => client.send(abort, options));
      removed += 1;
    }
  } while (page.IsTruncated);
  return removed;
}
