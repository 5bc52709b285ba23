import { BlobRefusal } from './blob-refusal.ts';
import type { ByteRange } from './blob-store.ts';

/** Throws `bad-range` unless the range is made of whole numbers in order; the blob's size plays no part. */
export function assertRange(range: ByteRange | undefined): void {
  if (range === undefined) return;
  const { start, end = Number.MAX_SAFE_INTEGER } = range;
  if (Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end >= start) return;
  throw new BlobRefusal(
    'bad-range',
    `The byte range from ${start} to ${range.end ?? 'the end'} cannot be read: give whole numbers, 0 or more, in order.`,
  );
}

/** The range cut to a blob of this size; `start === end` when nothing is left. */
export function clampRange(range: ByteRange | undefined, sizeBytes: number): { start: number; end: number } {
  const start = Math.min(range?.start ?? 0, sizeBytes);
  return { start, end: Math.max(start, Math.min(range?.end ?? sizeBytes, sizeBytes)) };
}
