import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GitRefusal } from '../git-refusal.ts';
import type { LfsObject } from './lfs-pointer.ts';

/**
 * Objects in Git LFS on this machine's disk, apart for each repository: whoever may read the one may not read the other.
 * What lies here under a name was checked to be that object. Jobs get copies.
 */
export type LfsStore = {
  /** Where the object lies; it stays there for an hour at least. */
  find(repository: string, object: LfsObject): Promise<string | undefined>;
  /** Rejects when the bytes are not that object. */
  put(repository: string, object: LfsObject, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  /** Drops what was not used for the longest time, down to the limit. */
  tidy(): Promise<void>;
};

const unfinished = 'new-';
const keptMs = 60 * 60_000;

/** Several processes may use one directory. `repository` is any text. */
export function openLfsStore(options: {
  directory: string;
  limitBytes: number;
  now: () => number;
}): LfsStore {
  const { directory, limitBytes, now } = options;
  const folderOf = (repository: string) =>
    join(directory, createHash('sha256').update(repository).digest('hex').slice(0, 32));
  const pathOf = (repository: string, { oid }: LfsObject) => join(folderOf(repository), oid.slice(0, 2), oid);

  return {
    async find(repository, object) {
      const path = pathOf(repository, object);
      const found = await stat(path).catch(() => undefined);
      if (found?.size !== object.sizeBytes) return undefined;
      const usedAt = new Date(now());
      await utimes(path, usedAt, usedAt).catch(() => {});
      return path;
    },

    async put(repository, object, bytes) {
      const path = pathOf(repository, object);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const aside = join(folderOf(repository), `${unfinished}${randomUUID()}`);
      try {
        await pipeline(bytes, checking(object), createWriteStream(aside, { flags: 'wx', mode: 0o600 }));
        await rename(aside, path);
      } finally {
        await rm(aside, { force: true });
      }
    },

    async tidy() {
      const nowMs = now();
      const names = await readdir(directory, { recursive: true }).catch(() => []);
      const files = await Promise.all(
        names.map(async (name) => ({
          path: join(directory, name),
          stats: await statOf(join(directory, name)),
        })),
      );
      let keptBytes = 0;
      const objects = files.flatMap(({ path, stats }) => (stats?.isFile() ? [{ path, ...stats }] : []));
      for (const { path, size, mtimeMs } of objects.sort((a, b) => b.mtimeMs - a.mtimeMs)) {
        keptBytes += size;
        if (keptBytes > limitBytes && nowMs - mtimeMs > keptMs) await rm(path, { force: true });
      }
    },
  };
}

async function statOf(path: string) {
  const stats = await stat(path).catch(() => undefined);
  return stats && { size: stats.size, mtimeMs: stats.mtimeMs, isFile: () => stats.isFile() };
}

/** Lets bytes through as long as they can be that object, and fails at their end when they are not. */
function checking({ oid, sizeBytes }: LfsObject): Transform {
  const hash = createHash('sha256');
  let seenBytes = 0;
  const refusal = (what: string) =>
    new GitRefusal(
      'lfs-mismatch',
      `the server sent ${what} for object ${oid} of ${sizeBytes} bytes in Git LFS.`,
    );
  return new Transform({
    transform(chunk: Buffer, _, done) {
      seenBytes += chunk.length;
      hash.update(chunk);
      if (seenBytes > sizeBytes) done(refusal('more bytes'));
      else done(null, chunk);
    },
    flush(done) {
      if (seenBytes < sizeBytes) done(refusal(`${seenBytes} bytes`));
      else done(hash.digest('hex') === oid ? null : refusal('other content'));
    },
  });
}
