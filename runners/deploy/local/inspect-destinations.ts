import { lstat } from 'node:fs/promises';
import { posix } from 'node:path';
import type { AllowedRoot } from '../look-up-local-deploy.ts';
import { openAnchored } from './anchored-directory.ts';
import type { ExistingPath } from './decide-install.ts';
import type { InstallPlan } from './plan-install.ts';
import { hasCode } from './system-error.ts';

/**
 * What stands at each path of a plan now. Throws DeploymentRefusal when a path leads out of the allowed
 * roots, by its name or through a link.
 */
export async function inspectDestinations(
  plan: Pick<InstallPlan, 'directories' | 'files'>,
  roots: readonly AllowedRoot[],
  signal: AbortSignal,
): Promise<Map<string, ExistingPath>> {
  const existing = new Map<string, ExistingPath>();
  for (const path of plan.directories) {
    signal.throwIfAborted();
    const directory = await openAnchored({ roots, path });
    existing.set(path, directory ? 'directory' : 'missing');
    await directory?.close();
  }
  for (const [parent, paths] of groupByDirectory(plan.files.map((file) => file.destination))) {
    signal.throwIfAborted();
    const directory = await openAnchored({ roots, path: parent });
    for (const path of paths) {
      existing.set(path, directory ? await lookAt(directory.entry(posix.basename(path))) : 'missing');
    }
    await directory?.close();
  }
  return existing;
}

/** Paths by the directory that holds them, in the order in which the directories first appear. */
export function groupByDirectory(paths: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const path of paths) {
    const parent = posix.dirname(path);
    const group = groups.get(parent);
    if (group) group.push(path);
    else groups.set(parent, [path]);
  }
  return groups;
}

async function lookAt(entry: string): Promise<ExistingPath> {
  try {
    return (await lstat(entry)).isDirectory() ? 'directory' : 'other';
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 'missing';
    throw error;
  }
}
