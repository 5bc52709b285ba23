import type { KnownHead } from './head-book.ts';

export type HeadComparison = {
  learned: { ref: string; sha: string }[];
  suspected: { ref: string; sha: string }[];
  /** `before`: where the reference stood when it was last heard of. */
  missing: { ref: string; sha: string; before?: string }[];
  gone: string[];
};

/** How long a delivery may be on its way. What comes later still is a duplicate then. */
export const graceMs = 30_000;

/**
 * Which of the heads that stand on the server nobody here was ever told of. Pure. `isFirst`: nobody looked before, so that
 * references of which nothing is known may be as old as the repository; they are learned and not built. `built`: those
 * of the heads that have a run. `waitMs`: how long something is suspected before it is missing.
 */
export function compareHeads(
  heads: ReadonlyMap<string, string>,
  known: ReadonlyMap<string, KnownHead>,
  {
    isFirst,
    built,
    nowMs,
    waitMs = graceMs,
  }: { isFirst: boolean; built: ReadonlySet<string>; nowMs: number; waitMs?: number },
): HeadComparison {
  const found: HeadComparison = { learned: [], suspected: [], missing: [], gone: [] };
  for (const [ref, sha] of heads) {
    const head = known.get(ref);
    if (head?.sha === sha && head.foundSha === undefined) continue;
    if (head?.sha === sha || built.has(ref) || (isFirst && head === undefined)) {
      found.learned.push({ ref, sha });
    } else if (waitMs > 0 && (head?.foundSha !== sha || (head.foundAtMs ?? nowMs) > nowMs - waitMs)) {
      if (head?.foundSha !== sha) found.suspected.push({ ref, sha });
    } else {
      found.missing.push({ ref, sha, ...(head?.sha ? { before: head.sha } : {}) });
    }
  }
  found.gone = [...known.keys()].filter((ref) => !heads.has(ref));
  return found;
}
