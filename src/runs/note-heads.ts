import type { Change, Interpretation } from './change.ts';
import type { RecordedDelivery } from './delivery-queue.ts';
import type { HeadBook } from './head-book.ts';

/** A pull request of CodeCommit stands at its source branch, whose own events tell of that one. */
const isHead = ({ event, ref }: Pick<Change, 'event' | 'ref'>) =>
  event === 'push' || event === 'merge_group' || (event === 'pull_request' && !ref.startsWith('refs/heads/'));

/** Takes down which heads a delivery names, so that nobody makes up for what did arrive. */
export async function noteHeads(
  asked: Interpretation,
  { source, isLate }: Pick<RecordedDelivery, 'source' | 'isLate'>,
  { heads, repositories }: { heads: HeadBook; repositories?: ReadonlySet<string> | undefined },
  atMs: number,
): Promise<void> {
  if (source === 'hookline') return;
  const named = 'changes' in asked ? asked.changes.filter(isHead) : asked.skipped;
  for (const { provider, repository, ref, sha, codecommit, defaultBranch } of named ?? []) {
    if (repositories && !repositories.has(repository)) continue;
    const place = {
      provider,
      repository,
      ...(codecommit === undefined ? {} : { codecommit }),
      ...(defaultBranch === undefined ? {} : { defaultBranch }),
    };
    await heads.note({ ...place, ref, sha }, { atMs, isLate: isLate === true });
  }
  if (isLate) return;
  for (const { repository, name } of asked.deleted ?? []) {
    await heads.forget(repository, `refs/heads/${name}`);
  }
}

/** Why a change of a provider's delivery is built no second time: its commit was found before its delivery came. */
export async function foundBefore(
  change: Change,
  { source, isReplay }: Pick<RecordedDelivery, 'source' | 'isReplay'>,
  heads: HeadBook,
): Promise<string | undefined> {
  if (isReplay || source === 'hookline' || !isHead(change)) return undefined;
  if (!(await heads.wasTakenIn(change)) || !(await heads.hasRun(change))) return undefined;
  const commit = change.sha.slice(0, 10);
  return `commit ${commit} was built already: it had been found before this delivery came (replay it to build it again)`;
}
