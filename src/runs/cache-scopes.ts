import type { Change } from './change.ts';

/**
 * Whose caches a job may read, the nearest first; only into the first may it put anything. What strangers wrote, and what
 * nobody has merged, never gets into what a branch reads.
 */
export function cacheScopes(
  change: Pick<Change, 'ref' | 'branch' | 'tag' | 'fork' | 'pullRequest' | 'mergeGroup' | 'defaultBranch'>,
): string[] {
  const { pullRequest, mergeGroup, defaultBranch } = change;
  const read = [pullRequest?.baseBranch, mergeGroup?.baseBranch, defaultBranch].filter(
    (name) => name !== undefined && name !== '',
  );
  return [...new Set([ownScope(change), ...read.map((name) => `branch-${name}`)])];
}

function ownScope({ ref, branch, tag, fork, pullRequest }: Parameters<typeof cacheScopes>[0]): string {
  if (pullRequest) return `pull-${pullRequest.number}`;
  if (fork) return `fork-${ref}`;
  if (branch !== undefined) return `branch-${branch}`;
  return tag === undefined ? `ref-${ref}` : `tag-${tag}`;
}
