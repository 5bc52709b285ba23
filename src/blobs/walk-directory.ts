import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ListedBlob } from './blob-store.ts';
import { keyPartOfEntry } from './directory-layout.ts';
import { unlessMissing } from './file-errors.ts';

interface WalkOptions {
  readonly prefix: string;
  readonly signal?: AbortSignal | undefined;
}

/** The blobs below a folder of the objects in ascending order of their keys, one folder in memory at a time. */
export async function* walkDirectory(
  folder: string,
  { prefix, signal }: WalkOptions,
  folderKey = '',
): AsyncGenerator<ListedBlob> {
  signal?.throwIfAborted();
  const entries = (await unlessMissing(readdir(folder, { withFileTypes: true }))) ?? [];
  for (const { key, entry } of entriesInKeyOrder(entries, folderKey)) {
    signal?.throwIfAborted();
    const path = join(folder, entry.name);
    if (key.endsWith('/')) {
      if (key.startsWith(prefix) || prefix.startsWith(key))
        yield* walkDirectory(path, { prefix, signal }, key);
      continue;
    }
    if (!key.startsWith(prefix)) continue;
    const found = await unlessMissing(stat(path));
    if (found) yield { key, sizeBytes: found.size, modifiedAtMs: Math.floor(found.mtimeMs) };
  }
}

/** With its final `/` a folder sorts where its blobs do: `a-b` before `a/b` before `ab`, as in S3. */
function entriesInKeyOrder(entries: readonly Dirent[], folderKey: string): { key: string; entry: Dirent }[] {
  return entries
    .flatMap((entry) => {
      const part = keyPartOfEntry(entry.name, entry.isDirectory());
      return part === undefined ? [] : [{ key: folderKey + part, entry }];
    })
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}
