import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, readlink, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const atOnce = 32;

/**
 * Copies these paths of a folder into another, links as links. What is not there (any more), or is neither a file nor a
 * link, is left out; so is what lies behind a link to a folder, for its path is not its place. Resolves with their number.
 */
export async function copyFiles(
  from: string,
  to: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const folders = new Map<string, Promise<boolean>>();
  let copied = 0;

  /** Makes the folder there when it is one here as well. */
  function folder(path: string): Promise<boolean> {
    if (path === '.') return Promise.resolve(true);
    const known = folders.get(path);
    if (known) return known;
    const made = folder(dirname(path)).then(async (isThere) => {
      const found = isThere ? await lstat(join(from, path)).catch(() => undefined) : undefined;
      if (!found?.isDirectory()) return false;
      await mkdir(join(to, path), { recursive: true });
      return true;
    });
    folders.set(path, made);
    return made;
  }

  async function copy(path: string): Promise<void> {
    signal.throwIfAborted();
    if (!(await folder(dirname(path)))) return;
    const found = await lstat(join(from, path)).catch(() => undefined);
    if (found?.isSymbolicLink()) await symlink(await readlink(join(from, path)), join(to, path));
    else if (found?.isFile()) await copyFile(join(from, path), join(to, path), constants.COPYFILE_FICLONE);
    else return;
    copied += 1;
  }

  const waiting = paths.values();
  const worker = async () => {
    for (const path of waiting) await copy(path);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return copied;
}
