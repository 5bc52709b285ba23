import type { FileExistsBehavior } from '../appspec/appspec.ts';
import { isInside } from './is-inside.ts';
import type { InstallPlan, PlannedFile } from './plan-install.ts';

/** What this repository and environment have put on the host so far: CodeDeploy's clean-up list. */
export type InstalledPaths = { readonly files: readonly string[]; readonly directories: readonly string[] };

export type ExistingPath = 'missing' | 'directory' | 'other';

export type Removal = { readonly path: string; readonly kind: 'file' | 'directory' };

export type DecideInstall = {
  readonly plan: InstallPlan;
  readonly existing: ReadonlyMap<string, ExistingPath>;
  readonly installed: InstalledPaths;
  readonly behavior: FileExistsBehavior;
};

export type InstallDecision = {
  /** Files that somebody else put where the plan wants one of its own. */
  readonly conflicts: readonly string[];
  readonly copy: readonly PlannedFile[];
  /** Left as they are, since the behavior is RETAIN. */
  readonly retained: readonly string[];
  /** Of an earlier revision, and where the plan wants another kind of thing. */
  readonly removeFirst: readonly Removal[];
  /** Of an earlier revision and no longer part of this one; files before the directories that held them. */
  readonly removeLast: readonly Removal[];
  /** True of the host at every moment from now on: what was there and what will be. */
  readonly duringInstall: InstalledPaths;
  readonly afterInstall: InstalledPaths;
};

/**
 * Compares the plan with what is there. A file of an earlier revision is replaced without asking, even one
 * that was changed by hand since, as CodeDeploy's agent does; `behavior` speaks of all other files.
 */
export function decideInstall({ plan, existing, installed, behavior }: DecideInstall): InstallDecision {
  const ownFiles = new Set(installed.files);
  const ownDirectories = new Set(installed.directories);
  const conflicts: string[] = [];
  const retained: string[] = [];
  const copy: PlannedFile[] = [];
  for (const file of plan.files) {
    const path = file.destination;
    const there = existing.get(path) ?? 'missing';
    const own = there === 'directory' ? ownDirectories.has(path) : ownFiles.has(path);
    if (there === 'missing' || own || (there === 'other' && behavior === 'OVERWRITE')) copy.push(file);
    else if (there === 'other' && behavior === 'RETAIN') retained.push(path);
    else conflicts.push(path);
  }

  const newDirectories = plan.directories.filter(
    (path) => ownDirectories.has(path) || (existing.get(path) ?? 'missing') !== 'directory',
  );
  const keptFiles = new Set(copy.map((file) => file.destination));
  const keptDirectories = new Set(newDirectories);
  const gone: Removal[] = [
    ...installed.files
      .filter((path) => !keptFiles.has(path))
      .map((path) => ({ path, kind: 'file' as const })),
    ...installed.directories
      .filter((path) => !keptDirectories.has(path))
      .sort()
      .reverse()
      .map((path) => ({ path, kind: 'directory' as const })),
  ];
  const planDirectories = new Set(plan.directories);
  const becomeFiles = gone.filter(({ path, kind }) => kind === 'directory' && keptFiles.has(path));
  const inTheWay = ({ path }: Removal) =>
    planDirectories.has(path) || becomeFiles.some((directory) => isInside(path, directory.path));

  const afterInstall = { files: copy.map((file) => file.destination), directories: newDirectories };
  return {
    conflicts,
    copy,
    retained,
    removeFirst: gone.filter(inTheWay),
    removeLast: gone.filter((removal) => !inTheWay(removal)),
    duringInstall: {
      files: [...new Set([...installed.files, ...afterInstall.files])],
      directories: [...new Set([...installed.directories, ...newDirectories])],
    },
    afterInstall,
  };
}
