import { GitRefusal, isGitRefusal } from './git-refusal.ts';
import { listRemote } from './list-remote.ts';
import type { Mirrors } from './mirror.ts';
import { runGit } from './run-git.ts';
import type { GitSource } from './source.ts';

/** Where a host keeps the merge of a pull request, and the branch that it is merged into. */
export type WantedMerge = { ref: string; baseRef: string };

/** The merge, or why the head has to do. */
export type FoundMerge = { source: GitSource; baseSha: string } | { instead: string };

/** A host makes the merge in the background, after it was told of the head. */
const waitsMs = [1_000, 2_000, 3_000, 4_000, 5_000, 5_000];

type Seen =
  | { merge: GitSource; baseSha: string }
  | { none: 'missing' | 'stale' | 'other-base'; baseTip?: string };

/**
 * Finds the merge of a pull request's head, the source, into its base, as the host made it. It is taken when its parents are
 * a commit of the base branch and that very head, and waited for when it is not there yet, or still that of an older head.
 * What two sides do not merge into will never be there: that is tried here, and not waited for.
 */
export async function findMerge(
  { mirrors, allowedBases }: { mirrors: Mirrors; allowedBases: readonly string[] },
  head: GitSource,
  wanted: WantedMerge,
  options: { signal: AbortSignal; pause: (ms: number) => Promise<void> },
): Promise<FoundMerge> {
  const { signal } = options;
  const base = wanted.baseRef.replace('refs/heads/', '');
  for (let tries = 0; ; tries += 1) {
    const seen = await look({ mirrors, allowedBases }, head, wanted, signal);
    if ('merge' in seen) return { source: seen.merge, baseSha: seen.baseSha };
    const waitMs = waitsMs[tries];
    const conflicts =
      tries === 0 && seen.baseTip ? await conflictsOf(mirrors, head, wanted, seen.baseTip, signal) : [];
    if (conflicts.length > 0) {
      return { instead: `it does not merge into ${base}: there are conflicts in ${conflicts.join(', ')}` };
    }
    if (waitMs === undefined) return { instead: reasons[seen.none](wanted.ref, base) };
    await options.pause(waitMs);
    signal.throwIfAborted();
  }
}

const reasons: Record<'missing' | 'stale' | 'other-base', (ref: string, base: string) => string> = {
  missing: (ref) => `${ref} was not there: the host has not made it, or the two sides do not merge`,
  stale: (ref) => `${ref} was stale: it is the merge of another commit`,
  'other-base': (ref, base) => `${ref} was stale: it is a merge into a commit that is not on ${base}`,
};

async function look(
  { mirrors, allowedBases }: { mirrors: Mirrors; allowedBases: readonly string[] },
  head: GitSource,
  { ref, baseRef }: WantedMerge,
  signal: AbortSignal,
): Promise<Seen> {
  const { refs } = await listRemote(head, { names: [ref, baseRef] }, { allowedBases, signal });
  const sha = refs.get(ref);
  const baseTip = refs.get(baseRef);
  const none = { ...(baseTip === undefined ? {} : { baseTip }) };
  if (sha === undefined) return { none: 'missing', ...none };
  try {
    const merge = { ...head, ref, sha };
    const { commit } = await mirrors.readTree(merge, { paths: [] }, { signal });
    const [baseSha, headSha, ...more] = commit.parents;
    if (baseSha === undefined || headSha !== head.sha || more.length > 0) return { none: 'stale', ...none };
    if (baseSha !== baseTip) await mirrors.ensure({ ...head, ref: baseRef, sha: baseSha }, { signal });
    return { merge, baseSha };
  } catch (error) {
    // It moved on between two looks, or its base was rewritten.
    if (!isGitRefusal(error, 'commit-unreachable') && !isGitRefusal(error, 'ref-missing')) throw error;
    return { none: error.message.includes(`of ${baseRef}`) ? 'other-base' : 'stale', ...none };
  }
}

/** The first files that both sides changed in ways that do not fit; none where that cannot be told. */
async function conflictsOf(
  mirrors: Mirrors,
  head: GitSource,
  { baseRef }: WantedMerge,
  baseTip: string,
  signal: AbortSignal,
): Promise<string[]> {
  try {
    await mirrors.ensure({ ...head, ref: baseRef, sha: baseTip }, { signal });
    return await mirrors.use(
      head,
      async ({ gitDir }) => {
        const args = ['merge-tree', '--write-tree', '--name-only', '--no-messages', '-z', baseTip, head.sha];
        const call = { gitDir, repository: head.repository, timeoutMs: 60_000, signal };
        const { stdout, exitCode } = await runGit({ ...call, args }, [0, 1]);
        // The first is the tree with the conflicts in it.
        return exitCode === 1 ? stdout.split('\0').slice(1).filter(Boolean).slice(0, 5) : [];
      },
      { signal },
    );
  } catch (error) {
    // Of a history that is not all here, or by a git before 2.38, it cannot be told.
    if (error instanceof GitRefusal && error.code !== 'unreachable') return [];
    throw error;
  }
}
