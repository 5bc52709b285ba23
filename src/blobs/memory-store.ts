import { randomUUID } from 'node:crypto';
import { assertKey, assertPrefix } from './blob-key.ts';
import type { BlobStore } from './blob-store.ts';
import { chunksOf } from './body-chunks.ts';
import { createBodyMeter } from './body-meter.ts';
import { assertRange, clampRange } from './byte-range.ts';
import { contentTypeOf } from './content-type.ts';
import { createOpenPuts } from './open-puts.ts';
import { probeStore } from './probe-store.ts';

export interface MemoryStoreOptions {
  /** The blobs themselves: handed to a second store they outlive the first, as a disk outlives a process. */
  readonly blobs?: MemoryBlobs;
  readonly now?: () => number;
  readonly newId?: () => string;
}

export type MemoryBlobs = Map<
  string,
  { readonly bytes: Uint8Array<ArrayBuffer>; readonly modifiedAtMs: number }
>;

/** Blobs in the process's own memory, for scenarios and trials: gone with the process, and bounded by nothing. */
export function createMemoryStore({
  blobs = new Map(),
  now = Date.now,
  newId = randomUUID,
}: MemoryStoreOptions = {}): BlobStore {
  const puts = createOpenPuts('The blob store in memory');

  const store: BlobStore = {
    put: (key, body, { sizeBytes, signal } = {}) =>
      puts.run(async () => {
        assertKey(key);
        const meter = createBodyMeter(key, sizeBytes);
        const chunks: Uint8Array[] = [];
        for await (const chunk of chunksOf(body, signal)) {
          meter.add(chunk);
          chunks.push(chunk);
        }
        const measures = meter.finish();
        blobs.set(key, { bytes: new Uint8Array(Buffer.concat(chunks)), modifiedAtMs: now() });
        return measures;
      }),

    async get(key, { range, signal } = {}) {
      puts.assertOpen();
      assertKey(key);
      assertRange(range);
      signal?.throwIfAborted();
      const blob = blobs.get(key);
      if (!blob) return undefined;
      const { start, end } = clampRange(range, blob.bytes.length);
      // Cut anew for each reader: a reader may transfer its chunk's buffer away.
      const body = new Blob([blob.bytes.subarray(start, end)]).stream();
      return { sizeBytes: blob.bytes.length, contentType: contentTypeOf(key), body };
    },

    async head(key, { signal } = {}) {
      puts.assertOpen();
      assertKey(key);
      signal?.throwIfAborted();
      const blob = blobs.get(key);
      return (
        blob && {
          sizeBytes: blob.bytes.length,
          contentType: contentTypeOf(key),
          modifiedAtMs: blob.modifiedAtMs,
        }
      );
    },

    async *list(prefix, { signal } = {}) {
      puts.assertOpen();
      assertPrefix(prefix);
      const keys = [...blobs.keys()].filter((key) => key.startsWith(prefix)).sort();
      for (const key of keys) {
        signal?.throwIfAborted();
        const blob = blobs.get(key);
        if (blob) yield { key, sizeBytes: blob.bytes.length, modifiedAtMs: blob.modifiedAtMs };
      }
    },

    async remove(key, { signal } = {}) {
      puts.assertOpen();
      assertKey(key);
      signal?.throwIfAborted();
      blobs.delete(key);
    },

    async sweep() {
      puts.assertOpen();
      return { removed: 0 };
    },

    check: (options) => probeStore(store, newId(), options),
    close: () => puts.close(),
  };
  return store;
}
