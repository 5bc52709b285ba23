import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../local/system-error.ts';

/** A file of an unpacked bundle. `path` is relative to where it was looked for, with `/`. */
export type BundleFile = { readonly path: string; readonly file: string; readonly sizeBytes: number };

/**
 * The files below a directory, in the order of their paths, or nothing when there is no such directory. An object store
 * knows no links: one that leads to a file is that file under its own name, one that leads to a directory is left out,
 * as are the ways of links that lead around in a circle.
 */
export async function listFiles(directory: string): Promise<BundleFile[] | undefined> {
  const files: BundleFile[] = [];
  const visit = async (folder: string, at: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = at === '' ? entry.name : `${at}/${entry.name}`;
      const file = join(folder, entry.name);
      if (entry.isDirectory()) {
        await visit(file, path);
        continue;
      }
      const found = await stat(file).catch((error: unknown) => {
        if (hasCode(error, 'ENOENT', 'ELOOP', 'ENOTDIR')) return undefined;
        throw error;
      });
      if (found?.isFile()) files.push({ path, file, sizeBytes: found.size });
    }
  };
  try {
    await visit(directory, '');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}
