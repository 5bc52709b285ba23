import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

/** Entries on this machine's own disk, so that one that was here lately need not be fetched again. */
export type LocalCaches = {
  /** A file that does not exist yet, for what may be kept later; whoever makes it removes it or has it kept. */
  newFile(): string;
  find(version: string): Promise<FileHandle | undefined>;
  /** Takes the file over under this name. What was not used for the longest time gives way. */
  keep(file: string, version: string): Promise<void>;
};

const unfinished = 'new-';

/** `limitBytes` 0 keeps nothing. What an earlier process left unfinished is removed. */
export async function openLocalCaches(options: {
  directory: string;
  limitBytes: number;
  now: () => number;
}): Promise<LocalCaches> {
  const { directory, limitBytes, now } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const name of await readdir(directory)) {
    if (name.startsWith(unfinished)) await rm(join(directory, name), { force: true });
  }
  const pathOf = (version: string) => join(directory, createHash('sha256').update(version).digest('hex'));

  /** A file that another job is reading stays readable after it was removed. */
  async function evict(): Promise<void> {
    const names = (await readdir(directory)).filter((name) => !name.startsWith(unfinished));
    const files = await Promise.all(
      names.map(async (name) => {
        const path = join(directory, name);
        const found = await stat(path).catch(() => undefined);
        return { path, sizeBytes: found?.size ?? 0, usedAtMs: found?.mtimeMs ?? 0 };
      }),
    );
    let keptBytes = 0;
    for (const file of files.sort((a, b) => b.usedAtMs - a.usedAtMs)) {
      keptBytes += file.sizeBytes;
      if (keptBytes > limitBytes) await rm(file.path, { force: true });
    }
  }

  return {
    newFile: () => join(directory, `${unfinished}${randomUUID()}`),
    async find(version) {
      const path = pathOf(version);
      try {
        const file = await open(path, 'r');
        const usedAt = new Date(now());
        await utimes(path, usedAt, usedAt).catch(() => {});
        return file;
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw error;
      }
    },
    async keep(file, version) {
      const usedAt = new Date(now());
      await utimes(file, usedAt, usedAt);
      await rename(file, pathOf(version));
      await evict();
    },
  };
}
