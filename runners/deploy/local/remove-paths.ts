import { rmdir, unlink } from 'node:fs/promises';
import { posix } from 'node:path';
import { DeploymentRefusal } from '../deployment-refusal.ts';
import type { AllowedRoot } from '../look-up-local-deploy.ts';
import { openAnchored } from './anchored-directory.ts';
import type { Removal } from './decide-install.ts';
import { hasCode } from './system-error.ts';

export type RemovePaths = {
  readonly removals: readonly Removal[];
  readonly roots: readonly AllowedRoot[];
  readonly signal: AbortSignal;
};

/**
 * Removes what an earlier revision put there. Directories go only when they are empty, and a path that is no
 * longer what was put there, or no longer in an allowed root, is left alone; `leftAlone` says why.
 */
export async function removePaths(options: RemovePaths): Promise<{ removed: number; leftAlone: string[] }> {
  const leftAlone: string[] = [];
  let removed = 0;
  for (const removal of options.removals) {
    const { path } = removal;
    options.signal.throwIfAborted();
    try {
      if (await removeOne(removal, options.roots)) removed += 1;
    } catch (error) {
      if (error instanceof DeploymentRefusal) leftAlone.push(`${path} (${error.message})`);
      else if (hasCode(error, 'EISDIR', 'ENOTDIR', 'EPERM'))
        leftAlone.push(`${path} (it is another kind of file now)`);
      else if (hasCode(error, 'ENOTEMPTY', 'EEXIST')) leftAlone.push(`${path} (it holds other files)`);
      else if (!hasCode(error, 'ENOENT')) throw error;
    }
  }
  return { removed, leftAlone };
}

async function removeOne({ path, kind }: Removal, roots: readonly AllowedRoot[]): Promise<boolean> {
  const parent = await openAnchored({ roots, path: posix.dirname(path) });
  if (!parent) return false;
  try {
    const entry = parent.entry(posix.basename(path));
    await (kind === 'directory' ? rmdir(entry) : unlink(entry));
    return true;
  } finally {
    await parent.close();
  }
}
