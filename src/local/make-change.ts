import type { Change } from '../runs/change.ts';
import { branchOrTag } from '../webhooks/git-names.ts';
import { interpretGithubEvent } from '../webhooks/github/interpret-github-event.ts';
import { LocalRefusal } from './local-refusal.ts';
import type { WorkingTree } from './working-tree.ts';

/** What is to have happened: a push of the branch, a pull request of it, or the event of a payload. */
export type WantedEvent = 'push' | 'pull_request' | { payload: unknown; file: string };

/** Stands for a commit where there is none yet. */
export const noCommit = '0'.repeat(40);
const usualBranch = 'main';

/** The change that is built: the event that is wanted, with the working tree in place of the commit it speaks of. Pure. */
export function makeChange(tree: WorkingTree, event: WantedEvent): Change {
  if (typeof event === 'object') return changeOfPayload(tree, event);
  const { repository, head, defaultBranch } = tree;
  // A detached HEAD is on no branch, and is not to be taken for one that deploys.
  const branch = tree.branch ?? 'HEAD';
  const base = {
    provider: 'github' as const,
    repository,
    sha: head?.sha ?? noCommit,
    fork: false,
    title: head?.subject ?? '',
    message: head?.message ?? '',
    author: {
      name: head?.authorName ?? '',
      ...(head?.authorEmail ? { email: head.authorEmail } : {}),
    },
    ...(defaultBranch === undefined ? {} : { defaultBranch }),
  };
  if (event === 'push') return { ...base, event, ref: `refs/heads/${branch}`, branch };
  const pullRequest = {
    number: 0,
    title: base.title,
    headRepository: repository,
    headBranch: branch,
    baseBranch: defaultBranch ?? usualBranch,
    baseSha: base.sha,
    fork: false,
    draft: false,
  };
  return { ...base, event, ref: 'refs/pull/0/head', pullRequest };
}

/** A payload as GitHub sends it; which event it is of shows in what it holds. */
function changeOfPayload(tree: WorkingTree, { payload, file }: Exclude<WantedEvent, string>): Change {
  const isPullRequest = typeof payload === 'object' && payload !== null && 'pull_request' in payload;
  const event = isPullRequest ? 'pull_request' : 'push';
  const meant = interpretGithubEvent({ event, payload });
  if ('ignored' in meant) {
    throw new LocalRefusal('usage', `the event of ${file} would make no run: ${meant.ignored}`);
  }
  const [change] = meant.changes;
  if (!change) throw new LocalRefusal('usage', `the event of ${file} would make no run`);
  return { ...change, sha: tree.head?.sha ?? noCommit };
}

/** The reference under which the copy of the tree is checked out; a pull request leaves HEAD detached, as on a runner. */
export function shownReference({ ref, pullRequest }: Pick<Change, 'ref' | 'pullRequest'>): string {
  if (pullRequest) return `pull request into ${pullRequest.baseBranch}`;
  const target = branchOrTag(ref);
  return target ? `${target.kind === 'tag' ? 'tag' : 'push to'} ${target.name}` : ref;
}
