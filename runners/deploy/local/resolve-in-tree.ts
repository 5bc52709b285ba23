import { posix } from 'node:path';
import type { BundleEntry, BundleTree } from './bundle-tree.ts';

export type ResolvedInTree = { readonly path: string; readonly entry: BundleEntry };

const maxLinks = 40;

/**
 * Follows the symbolic links of a path inside a bundle, the last component's too unless `keepLast`. Answers
 * `undefined` when nothing is there or when a link leads out of the bundle.
 */
export function resolveInTree(tree: BundleTree, path: string, keepLast = false): ResolvedInTree | undefined {
  let rest = path.split('/').filter((name) => name !== '');
  let at = '';
  let links = 0;
  while (rest.length > 0) {
    const [name = '', ...others] = rest;
    const next = at === '' ? name : `${at}/${name}`;
    const entry = tree.get(next);
    if (!entry) return undefined;
    rest = others;
    if (entry.kind !== 'symlink' || (keepLast && rest.length === 0)) {
      at = next;
      continue;
    }
    links += 1;
    if (links > maxLinks || entry.linkTo.startsWith('/')) return undefined;
    const target = posix.join(at === '' ? '.' : at, entry.linkTo);
    if (target === '..' || target.startsWith('../')) return undefined;
    rest = [...target.split('/').filter((each) => each !== '' && each !== '.'), ...rest];
    at = '';
  }
  const entry = tree.get(at);
  return entry && { path: at, entry };
}
