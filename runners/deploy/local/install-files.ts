import { rm } from 'node:fs/promises';
import type { FileExistsBehavior } from '../appspec/appspec.ts';
import { DeploymentRefusal } from '../deployment-refusal.ts';
import type { AllowedRoot } from '../look-up-local-deploy.ts';
import { openAnchored } from './anchored-directory.ts';
import { copyFile } from './copy-file.ts';
import { decideInstall, type InstallDecision, type InstalledPaths, type Removal } from './decide-install.ts';
import { groupByDirectory, inspectDestinations } from './inspect-destinations.ts';
import type { InstallPlan } from './plan-install.ts';
import { removePaths } from './remove-paths.ts';
import { isSystemError } from './system-error.ts';

export type InstallFiles = {
  readonly bundle: string;
  readonly plan: InstallPlan;
  readonly behavior: FileExistsBehavior;
  readonly roots: readonly AllowedRoot[];
  readonly installed: InstalledPaths;
  /** Keeps the list on disk. It is called before the host changes and again when the install is through. */
  readonly keepInstalled: (paths: InstalledPaths) => Promise<void>;
  readonly temporaryName: string;
  readonly say: (line: string) => Promise<void>;
  readonly signal: AbortSignal;
};

/** The Install event: makes the host hold what the plan says, and nothing of the revision before it. */
export async function installFiles(options: InstallFiles): Promise<void> {
  const { plan, roots, signal, say } = options;
  try {
    const existing = await inspectDestinations(plan, roots, signal);
    const decision = decideInstall({ ...options, existing });
    refuseConflicts(decision.conflicts);
    await options.keepInstalled(decision.duringInstall);
    await removeGone(decision.removeFirst, options);
    await makeDirectories(decision, options);
    await copyAll(decision, options);
    await removeGone(decision.removeLast, options);
    await options.keepInstalled(decision.afterInstall);
    const kept =
      decision.retained.length > 0 ? ` Left ${decision.retained.length} existing files as they are.` : '';
    await say(`Copied ${decision.copy.length} files.${kept}`);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new DeploymentRefusal('install_failed', `The files could not be installed: ${error.message}.`, {
      cause: error,
    });
  }
}

const shownConflicts = 20;

function refuseConflicts(conflicts: readonly string[]) {
  if (conflicts.length === 0) return;
  const shown = conflicts.slice(0, shownConflicts).join(', ');
  const more = conflicts.length > shownConflicts ? ` and ${conflicts.length - shownConflicts} more` : '';
  throw new DeploymentRefusal(
    'install_failed',
    `Files that no earlier deployment put there are in the way: ${shown}${more}. Remove them, or set \`file_exists_behavior: OVERWRITE\` or \`RETAIN\` in the appspec file.`,
  );
}

async function removeGone(removals: readonly Removal[], { roots, say, signal }: InstallFiles) {
  if (removals.length === 0) return;
  const { removed, leftAlone } = await removePaths({ removals, roots, signal });
  await say(`Removed ${removed} paths that an earlier revision had installed.`);
  for (const line of leftAlone) await say(`Left alone: ${line}`);
}

async function makeDirectories(decision: InstallDecision, { plan, roots, signal }: InstallFiles) {
  const own = new Set(decision.afterInstall.directories);
  for (const path of plan.directories) {
    signal.throwIfAborted();
    const directory = await openAnchored({ roots, path, create: true });
    try {
      const attributes = plan.attributes.get(path);
      if (!directory || !attributes || !own.has(path)) continue;
      const { uid, gid } = await directory.handle.stat();
      await directory.handle.chown(attributes.uid ?? uid, attributes.gid ?? gid);
      if (attributes.mode !== undefined) await directory.handle.chmod(attributes.mode);
    } finally {
      await directory?.close();
    }
  }
}

async function copyAll(
  decision: InstallDecision,
  { bundle, plan, roots, temporaryName, signal }: InstallFiles,
) {
  const byDestination = new Map(decision.copy.map((file) => [file.destination, file]));
  for (const [parent, paths] of groupByDirectory([...byDestination.keys()])) {
    const into = await openAnchored({ roots, path: parent, create: true });
    try {
      if (into) await rm(into.entry(temporaryName), { force: true });
      for (const path of paths) {
        signal.throwIfAborted();
        const file = byDestination.get(path);
        if (!file || !into) continue;
        const attributes = plan.attributes.get(path) ?? {};
        await copyFile({ bundle, file, into, attributes, temporaryName });
      }
    } finally {
      await into?.close();
    }
  }
}
