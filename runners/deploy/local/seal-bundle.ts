import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import type { BundleTree } from './bundle-tree.ts';

/**
 * Makes a bundle what scripts may see of it: readable, not writable, with the programs of the appspec file
 * executable. It belongs to root, so an application that runs as the same user cannot change the script
 * that stops it next time.
 */
export async function sealBundle(directory: string, tree: BundleTree, scripts: ReadonlySet<string>) {
  for (const [path, entry] of tree) {
    if (entry.kind === 'symlink') continue;
    const executable = entry.kind === 'directory' || scripts.has(path) || (entry.mode & 0o111) !== 0;
    await chmod(join(directory, path), executable ? 0o755 : 0o644);
  }
}
