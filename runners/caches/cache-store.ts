import { createWriteStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { BlobStore, ListedBlob } from '../../src/blobs/blob-store.ts';
import {
  type CacheKind,
  entriesPrefix,
  entryName,
  isEntryOf,
  repositoryPrefix,
  useName,
} from './cache-name.ts';
import { CacheRefusal } from './cache-refusal.ts';
import { chooseEvicted } from './choose-evicted.ts';
import type { LocalCaches } from './local-caches.ts';

export type CacheWish = {
  repository: string;
  /** The nearest first. */
  scopes: readonly string[];
  key: string;
  fallback: readonly string[];
  kind: CacheKind;
  /** What is there under the key gives way. */
  replaces: boolean;
};

export type FoundCache = ListedBlob & { exact: boolean; scope: string };

/**
 * Entries in the blob store, one blob each, so that none is ever seen in part; copies of them on this machine. The store
 * itself is the index: an entry is found by its name, and its use is another blob's age.
 */
export type CacheStore = {
  /** The key itself in the nearest scope that has it, else the newest that begins with the first of the fallbacks. */
  find(wish: CacheWish, signal: AbortSignal): Promise<FoundCache | undefined>;
  /** The caller closes it. */
  open(found: FoundCache, signal: AbortSignal): Promise<{ file: FileHandle; wasHere: boolean }>;
  /** Takes the file over. `false`: another job was first, and its entry stands. */
  save(wish: CacheWish, file: string, signal: AbortSignal): Promise<boolean>;
};

export function createCacheStore(
  ports: { blobs: Pick<BlobStore, 'put' | 'get' | 'head' | 'list' | 'remove'>; local: LocalCaches },
  options: { repositoryLimitBytes: number },
): CacheStore {
  const { blobs, local } = ports;

  async function newest(
    { repository, kind }: CacheWish,
    scope: string,
    beginning: string,
    signal: AbortSignal,
  ): Promise<FoundCache | undefined> {
    let found: ListedBlob | undefined;
    for await (const blob of blobs.list(entriesPrefix({ repository, scope }, beginning), { signal })) {
      if (isEntryOf(blob.key, kind) && blob.modifiedAtMs >= (found?.modifiedAtMs ?? 0)) found = blob;
    }
    return found && { ...found, exact: false, scope };
  }

  async function evict(repository: string, signal: AbortSignal): Promise<void> {
    const all = await Array.fromAsync(blobs.list(repositoryPrefix(repository), { signal }));
    for (const key of chooseEvicted(all, options.repositoryLimitBytes)) await blobs.remove(key, { signal });
  }

  return {
    async find(wish, signal) {
      for (const scope of wish.scopes) {
        const key = nameOf(wish, scope);
        const head = await blobs.head(key, { signal });
        if (head) return { ...head, key, exact: true, scope };
      }
      for (const beginning of wish.fallback) {
        for (const scope of wish.scopes) {
          const found = await newest(wish, scope, beginning, signal);
          if (found) return found;
        }
      }
      return undefined;
    },

    async open(found, signal) {
      // Its age counts from now on; an entry that goes earlier than it should costs a build some time, and no more.
      blobs.put(useName(found.key), new Uint8Array(), { signal }).catch(() => {});
      const here = await local.find(versionOf(found));
      if (here) return { file: here, wasHere: true };
      const blob = await blobs.get(found.key, { signal });
      if (!blob) throw new CacheRefusal('damaged', 'it was removed just now');
      const path = local.newFile();
      try {
        await pipeline(blob.body, createWriteStream(path, { flags: 'wx' }), { signal });
        const file = await open(path, 'r');
        await local.keep(path, versionOf(found));
        return { file, wasHere: false };
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
    },

    async save(wish, path, signal) {
      const key = nameOf(wish, wish.scopes[0] ?? '');
      const file = await open(path, 'r');
      try {
        if (!wish.replaces && (await blobs.head(key, { signal }))) {
          await rm(path, { force: true });
          return false;
        }
        const { size: sizeBytes } = await file.stat();
        const body = file.createReadStream({ start: 0, autoClose: false, highWaterMark: 1024 * 1024 });
        await blobs.put(key, body, { sizeBytes, signal });
      } finally {
        await file.close();
      }
      const head = await blobs.head(key, { signal });
      if (head) await local.keep(path, versionOf({ ...head, key }));
      await evict(wish.repository, signal);
      return true;
    },
  };
}

function nameOf({ repository, key, kind }: CacheWish, scope: string): string {
  const name = entryName({ repository, scope }, key, kind);
  if (name !== undefined) return name;
  throw new CacheRefusal('key-too-long', 'its key is longer than 200 characters once it is filled in');
}

/** One content of one entry: what was removed and saved anew is another. */
function versionOf({ key, sizeBytes, modifiedAtMs }: Omit<ListedBlob, 'contentType'>): string {
  return `${key}\n${sizeBytes}\n${modifiedAtMs}`;
}
