import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { assertKey, assertPrefix } from './blob-key.ts';
import { BlobRefusal } from './blob-refusal.ts';
import type { BlobBody, BlobStore, ByteRange, FoundBlob, PutOptions, StoredBlob } from './blob-store.ts';
import { chunksOf } from './body-chunks.ts';
import { createBodyMeter } from './body-meter.ts';
import { assertRange, clampRange } from './byte-range.ts';
import { contentTypeOf } from './content-type.ts';
import { directoryLayout, fileOfKey } from './directory-layout.ts';
import { createDurableFolders, makeFolder } from './durable-folders.ts';
import { fileGuard, unlessMissing } from './file-errors.ts';
import { incomingName, sweepIncoming, thisWriter } from './incoming-files.ts';
import { createOpenPuts } from './open-puts.ts';
import { probeStore } from './probe-store.ts';
import { walkDirectory } from './walk-directory.ts';
import { emptyStream, webStreamOf } from './web-stream.ts';

export interface DirectoryStoreOptions {
  /** Made with mode 0700 when it is missing; may be shared by the processes of one machine. */
  readonly root: string;
  readonly now?: () => number;
  readonly newId?: () => string;
}

/**
 * Opens the blob store in a directory. A body is written to a file of its own, synced, renamed to its place, and
 * the folder synced, in this order: so a reader, or a machine after a loss of power, finds it whole or not at all.
 */
export async function openDirectoryStore(options: DirectoryStoreOptions): Promise<BlobStore> {
  const { now = Date.now, newId = randomUUID } = options;
  const layout = directoryLayout(resolve(options.root));
  const guard = fileGuard(layout.root);
  const folders = createDurableFolders(layout.objects);
  const puts = createOpenPuts(`The blob directory ${layout.root}`);

  await guard(async () => {
    await makeFolder(layout.objects);
    await makeFolder(layout.incoming);
    await sweepIncoming(layout.incoming, now());
  });

  async function put(key: string, body: BlobBody, { sizeBytes, signal }: PutOptions): Promise<StoredBlob> {
    assertKey(key);
    const meter = createBodyMeter(key, sizeBytes);
    const incoming = join(layout.incoming, incomingName(thisWriter(), newId()));
    const file = await guard(() => open(incoming, 'wx', 0o600));
    try {
      try {
        for await (const chunk of chunksOf(body, signal)) {
          meter.add(chunk);
          await guard(() => file.writeFile(chunk));
        }
        await guard(() => file.sync());
      } finally {
        await file.close();
      }
      const measures = meter.finish();
      signal?.throwIfAborted();
      await guard(() => folders.publish(incoming, fileOfKey(layout, key)));
      return measures;
    } catch (error) {
      // A file that cannot be removed now is left to the sweep: the put's own error is what the caller must see.
      await rm(incoming, { force: true }).catch(() => {});
      throw error;
    }
  }

  /** A disk that is not mounted at the moment has nothing, which says nothing of what was put there. */
  async function assertThere(): Promise<void> {
    if (await unlessMissing(stat(layout.incoming))) return;
    const remedy = 'mount or restore it; nothing in it is taken for removed';
    throw new BlobRefusal('unreachable', `The blob directory ${options.root} is not there: ${remedy}.`);
  }

  const store: BlobStore = {
    put: (key, body, options = {}) => puts.run(() => put(key, body, options)),

    async get(key, { range, signal } = {}) {
      puts.assertOpen();
      assertKey(key);
      assertRange(range);
      signal?.throwIfAborted();
      return guard(async () => {
        const file = await unlessMissing(open(fileOfKey(layout, key), 'r'));
        if (!file) await assertThere();
        return file && readOpenFile(file, key, range, signal);
      });
    },

    async head(key, { signal } = {}) {
      puts.assertOpen();
      assertKey(key);
      signal?.throwIfAborted();
      const found = await guard(() => unlessMissing(stat(fileOfKey(layout, key))));
      if (!found) await assertThere();
      return (
        found && {
          sizeBytes: found.size,
          contentType: contentTypeOf(key),
          modifiedAtMs: Math.floor(found.mtimeMs),
        }
      );
    },

    async *list(prefix, { signal } = {}) {
      puts.assertOpen();
      assertPrefix(prefix);
      yield* walkDirectory(layout.objects, { prefix, signal });
    },

    async remove(key, { signal } = {}) {
      puts.assertOpen();
      assertKey(key);
      signal?.throwIfAborted();
      const file = fileOfKey(layout, key);
      await guard(() => unlessMissing(rm(file)));
      await folders.prune(dirname(file));
    },

    async sweep({ signal } = {}) {
      puts.assertOpen();
      return { removed: await guard(() => sweepIncoming(layout.incoming, now(), signal)) };
    },

    check: (options) => probeStore(store, newId(), options),
    close: () => puts.close(),
  };
  return store;
}

/** Hands the open file over to the body's stream, or closes it when there is nothing to stream. */
async function readOpenFile(
  file: FileHandle,
  key: string,
  range: ByteRange | undefined,
  signal: AbortSignal | undefined,
): Promise<FoundBlob> {
  try {
    const sizeBytes = (await file.stat()).size;
    const { start, end } = clampRange(range, sizeBytes);
    const contentType = contentTypeOf(key);
    if (start === end) {
      await file.close();
      return { sizeBytes, contentType, body: emptyStream() };
    }
    // The stream's own end is inclusive.
    const body = webStreamOf(file.createReadStream({ start, end: end - 1 }), { signal });
    return { sizeBytes, contentType, body };
  } catch (error) {
    await file.close();
    throw error;
  }
}
