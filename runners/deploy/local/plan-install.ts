import { posix } from 'node:path';
import type { AppspecFile } from '../appspec/appspec.ts';
import type { BundleTree } from './bundle-tree.ts';
import { isInside } from './is-inside.ts';
import { resolveInTree } from './resolve-in-tree.ts';

/** Owner and mode that the appspec file asks for; what is unset stays as the copy made it. */
export type Attributes = { readonly mode?: number; readonly uid?: number; readonly gid?: number };

export type PlannedFile = {
  readonly kind: 'file' | 'symlink';
  /** Path in the bundle. */
  readonly source: string;
  readonly destination: string;
  /** The mode in the bundle, which is what the copy gets unless a permission says otherwise. */
  readonly mode: number;
};

/** What a bundle puts on the host. Directories are parents first and may exist already. */
export type InstallPlan = {
  readonly directories: readonly string[];
  readonly files: readonly PlannedFile[];
  readonly attributes: ReadonlyMap<string, Attributes>;
};

/**
 * Lays out which file goes where, as CodeDeploy's agent does: the contents of a directory go into the
 * destination, a single file or link goes into it under its own name, links are copied as links.
 */
export function layOutFiles(
  files: readonly AppspecFile[],
  tree: BundleTree,
  roots: readonly string[],
): { directories: string[]; files: PlannedFile[]; problems: string[] } {
  const problems: string[] = [];
  const planned = new Map<string, PlannedFile>();
  const directories = new Set<string>();

  const addDirectory = (path: string) => {
    for (const ancestor of ancestorsWithin(path, roots)) directories.add(ancestor);
    directories.add(path);
  };
  const addFile = (source: string, destination: string, kind: 'file' | 'symlink', mode: number) => {
    const other = planned.get(destination);
    if (other) {
      problems.push(
        `${other.source} and ${source} would both be copied to ${destination}. Remove one of the two.`,
      );
    }
    planned.set(destination, { kind, source, destination, mode });
  };

  for (const { source, destination, at } of files) {
    const found = resolveInTree(tree, source, true);
    if (!found) {
      problems.push(`The source \`${source}\` (line ${at.line}) is not in the bundle.`);
      continue;
    }
    addDirectory(destination);
    if (found.entry.kind !== 'directory') {
      const mode = found.entry.kind === 'file' ? found.entry.mode : 0o777;
      addFile(found.path, posix.join(destination, posix.basename(source)), found.entry.kind, mode);
      continue;
    }
    const prefix = found.path === '' ? '' : `${found.path}/`;
    for (const [path, entry] of tree) {
      if (path === found.path || !path.startsWith(prefix)) continue;
      const target = posix.join(destination, path.slice(prefix.length));
      if (entry.kind === 'directory') addDirectory(target);
      else addFile(path, target, entry.kind, entry.kind === 'file' ? entry.mode : 0o777);
    }
  }
  for (const [destination, file] of planned) {
    if (directories.has(destination)) {
      problems.push(`${destination} would be both a directory and the file ${file.source}.`);
    }
  }
  return { directories: [...directories].sort(), files: [...planned.values()], problems };
}

/** The directories between an allowed root and a path, nearest the root first, both ends left out. */
function ancestorsWithin(path: string, roots: readonly string[]): string[] {
  const ancestors: string[] = [];
  for (let up = posix.dirname(path); roots.some((root) => up !== root && isInside(up, root)); ) {
    ancestors.unshift(up);
    up = posix.dirname(up);
  }
  return ancestors;
}
