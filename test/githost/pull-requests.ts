import { type BareRepository, findCommit } from './bare-repository.ts';
import { git, tryGit } from './git-program.ts';
import { pullRequestPayload } from './pull-request-payload.ts';
import type { HostUrls } from './repository-json.ts';

export interface PullRequest {
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
  readonly repository: BareRepository;
  readonly headRepository: BareRepository;
  /** Branch names without `refs/heads/`. */
  readonly head: string;
  readonly base: string;
  readonly author: string;
  readonly createdAt: Date;
  headSha: string;
  baseSha: string;
}

export interface PullRequestOptions {
  repository: string;
  head: string;
  base: string;
  /** Where the head branch is, when that is another repository: a fork's pull request. */
  headRepository?: string;
  title?: string;
  body?: string;
  author?: string;
}

/** An event to send to the hooks of a repository. */
export interface OutgoingEvent {
  repository: string;
  event: string;
  payload: object;
}

export interface PullRequests {
  /** Newest first. */
  listOf(repository: BareRepository): PullRequest[];
  open(options: PullRequestOptions): Promise<{ pullRequest: PullRequest; event: OutgoingEvent }>;
  /** After a push to a repository: moves the references of its open pull requests; tells what to send. */
  follow(pushed: BareRepository): Promise<OutgoingEvent[]>;
}

export function createPullRequests(urls: HostUrls, find: (fullName: string) => BareRepository): PullRequests {
  const opened: PullRequest[] = [];

  return {
    listOf: (repository) => opened.filter((pull) => pull.repository === repository).reverse(),

    async open(options) {
      const repository = find(options.repository);
      const headRepository = find(options.headRepository ?? options.repository);
      const { head, base } = options;
      const pullRequest: PullRequest = {
        number: opened.filter((other) => other.repository === repository).length + 1,
        title: options.title ?? `Merge ${head} into ${base}`,
        body: options.body ?? null,
        repository,
        headRepository,
        head,
        base,
        author: options.author ?? headRepository.fullName.split('/')[0] ?? 'somebody',
        createdAt: new Date(),
        headSha: await branchTip(headRepository, head),
        baseSha: await branchTip(repository, base),
      };
      opened.push(pullRequest);
      await writeReferences(pullRequest);
      return { pullRequest, event: eventOf(urls, pullRequest, { action: 'opened' }) };
    },

    async follow(pushed) {
      const events: OutgoingEvent[] = [];
      for (const pullRequest of opened) {
        if (pullRequest.repository !== pushed && pullRequest.headRepository !== pushed) continue;
        const { headSha: before, baseSha } = pullRequest;
        // A branch that was deleted leaves its pull request as it was.
        pullRequest.headSha = (await findBranch(pullRequest.headRepository, pullRequest.head)) ?? before;
        pullRequest.baseSha = (await findBranch(pullRequest.repository, pullRequest.base)) ?? baseSha;
        if (pullRequest.headSha === before && pullRequest.baseSha === baseSha) continue;
        await writeReferences(pullRequest);
        if (pullRequest.headSha === before) continue;
        events.push(
          eventOf(urls, pullRequest, { action: 'synchronize', before, after: pullRequest.headSha }),
        );
      }
      return events;
    },
  };
}

function eventOf(
  urls: HostUrls,
  pullRequest: PullRequest,
  what: Parameters<typeof pullRequestPayload>[2],
): OutgoingEvent {
  const payload = pullRequestPayload(urls, pullRequest, what);
  return { repository: pullRequest.repository.fullName, event: 'pull_request', payload };
}

function findBranch(repository: BareRepository, branch: string): Promise<string | undefined> {
  return findCommit(repository, `refs/heads/${branch}`);
}

async function branchTip(repository: BareRepository, branch: string): Promise<string> {
  const sha = await findBranch(repository, branch);
  if (sha === undefined) throw new Error(`${repository.fullName} has no branch ${branch}`);
  return sha;
}

/** `refs/pull/N/head` always, `refs/pull/N/merge` as long as the two sides merge without conflict. */
async function writeReferences(pullRequest: PullRequest): Promise<void> {
  const { repository, headRepository, number, headSha, baseSha } = pullRequest;
  const { path } = repository;
  if (headRepository !== repository) {
    await git(path, ['fetch', '--quiet', headRepository.path, `refs/heads/${pullRequest.head}`]);
  }
  await git(path, ['update-ref', `refs/pull/${number}/head`, headSha]);

  const mergeRef = `refs/pull/${number}/merge`;
  const merged = await tryGit(path, ['merge-tree', '--write-tree', baseSha, headSha]);
  const tree = merged.stdout.split('\n')[0] ?? '';
  if (merged.code !== 0) {
    await git(path, ['update-ref', '-d', mergeRef]);
    return;
  }
  const message = `Merge ${headSha} into ${baseSha}`;
  const parents = ['-p', baseSha, '-p', headSha];
  const commit = await git(path, ['commit-tree', tree, ...parents, '-m', message], { env: serverIdentity });
  await git(path, ['update-ref', mergeRef, commit.trim()]);
}

const serverIdentity = {
  GIT_AUTHOR_NAME: 'Git host',
  GIT_AUTHOR_EMAIL: 'noreply@example.com',
  GIT_COMMITTER_NAME: 'Git host',
  GIT_COMMITTER_EMAIL: 'noreply@example.com',
};
