import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { DeploymentRefusal } from '../deployment-refusal.ts';

/** One thing in an extracted bundle. `mode` holds the permission bits only. */
export type BundleEntry =
  | { readonly kind: 'file'; readonly mode: number }
  | { readonly kind: 'directory'; readonly mode: number }
  | { readonly kind: 'symlink'; readonly linkTo: string };

/** Everything in a bundle by its path in normal form; `''` is the bundle itself. Parents come first. */
export type BundleTree = ReadonlyMap<string, BundleEntry>;

/** Reads a bundle without following a link. Devices, sockets and pipes are refused: no zip should make them. */
export async function readBundleTree(directory: string, signal: AbortSignal): Promise<BundleTree> {
  const tree = new Map<string, BundleEntry>();
  const pending = [''];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    signal.throwIfAborted();
    const entry = await readEntry(directory, path);
    tree.set(path, entry);
    if (entry.kind !== 'directory') continue;
    const names = await readdir(join(directory, path));
    for (const name of names.sort().reverse()) pending.push(path === '' ? name : `${path}/${name}`);
  }
  return tree;
}

async function readEntry(directory: string, path: string): Promise<BundleEntry> {
  const full = join(directory, path);
  const stats = await lstat(full);
  const mode = stats.mode & 0o777;
  if (stats.isFile()) return { kind: 'file', mode };
  if (stats.isDirectory()) return { kind: 'directory', mode };
  if (stats.isSymbolicLink()) return { kind: 'symlink', linkTo: await readlink(full) };
  throw new DeploymentRefusal(
    'bundle_invalid',
    `${path} in the bundle is neither a file, a directory nor a symbolic link. Leave it out of the bundle.`,
  );
}
