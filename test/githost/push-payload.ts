import { type BareRepository, findCommit, isAncestor, noCommit } from './bare-repository.ts';
import { type CommitFacts, listCommits, readCommit } from './read-commits.ts';
import { type HostUrls, ownerOf, repositoryJson, userJson } from './repository-json.ts';

/** One reference that a push created, moved or deleted; the id is forty zeros where there is no object. */
export interface ReferenceChange {
  ref: string;
  before: string;
  after: string;
}

/** GitHub sends no event for the tags of a push that changes more than three of them, nor beyond 5000 branches. */
const maxTags = 3;
const maxBranches = 5000;

/** What changed between two readings of the references, as far as GitHub would tell it. */
export function referenceChanges(
  earlier: ReadonlyMap<string, string>,
  later: ReadonlyMap<string, string>,
): ReferenceChange[] {
  const changes = [...new Set([...earlier.keys(), ...later.keys()])]
    .map((ref) => ({ ref, before: earlier.get(ref) ?? noCommit, after: later.get(ref) ?? noCommit }))
    .filter(({ before, after }) => before !== after);
  const tags = changes.filter(({ ref }) => ref.startsWith('refs/tags/'));
  const branches = changes.filter(({ ref }) => !ref.startsWith('refs/tags/'));
  return [...(branches.length > maxBranches ? [] : branches), ...(tags.length > maxTags ? [] : tags)];
}

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#push */
export async function pushPayload(
  urls: HostUrls,
  repository: BareRepository,
  change: ReferenceChange,
  context: { earlier: ReadonlyMap<string, string>; pusher: string },
) {
  const { ref, before, after } = change;
  const created = before === noCommit;
  const deleted = after === noCommit;
  const forced = !created && !deleted && !(await isAncestor(repository, before, after));
  const html = `${urls.url}/${repository.fullName}`;
  const json = (commit: CommitFacts) => commitJson(html, commit);
  const tip = deleted ? undefined : await findCommit(repository, after);
  const commits = tip === undefined ? [] : await newCommits(repository, change, tip, context.earlier);
  const api = repositoryJson(urls, repository);
  const login = ownerOf(repository.fullName);
  return {
    ref,
    before,
    after,
    // The push event has older forms of some fields: Unix times, the web address as "url", the owner's name.
    repository: {
      ...api,
      url: html,
      owner: { name: login, email: `${login}@example.com`, ...api.owner },
      created_at: unixSeconds(repository.createdAt),
      pushed_at: unixSeconds(new Date()),
      stargazers: 0,
      master_branch: repository.defaultBranch,
    },
    pusher: { name: context.pusher, email: `${context.pusher}@example.com` },
    sender: userJson(urls, context.pusher),
    created,
    deleted,
    forced,
    base_ref: created && tip !== undefined ? branchAt(tip, ref, context.earlier) : null,
    compare: compareUrl(html, change),
    commits: commits.map(json),
    head_commit: tip === undefined ? null : json(await readCommit(repository, tip)),
  };
}

async function newCommits(
  repository: BareRepository,
  { ref, before }: ReferenceChange,
  tip: string,
  earlier: ReadonlyMap<string, string>,
): Promise<CommitFacts[]> {
  if (ref.startsWith('refs/tags/')) return [];
  const known = before === noCommit ? [...new Set(earlier.values())] : [before];
  return listCommits(repository, [tip, ...known.map((id) => `^${id}`)]);
}

function branchAt(tip: string, ref: string, earlier: ReadonlyMap<string, string>): string | null {
  const found = [...earlier].find(
    ([name, id]) => name !== ref && id === tip && name.startsWith('refs/heads/'),
  );
  return found?.[0] ?? null;
}

function compareUrl(html: string, { ref, before, after }: ReferenceChange): string {
  const short = (id: string) => id.slice(0, 12);
  if (before === noCommit) return `${html}/compare/${ref.replace(/^refs\/(heads|tags)\//, '')}`;
  return `${html}/compare/${short(before)}...${short(after)}`;
}

function commitJson(html: string, commit: CommitFacts) {
  return {
    id: commit.sha,
    tree_id: commit.treeSha,
    distinct: true,
    message: commit.message,
    timestamp: commit.committedAt,
    url: `${html}/commit/${commit.sha}`,
    author: { ...commit.author, username: commit.author.name },
    committer: { ...commit.committer, username: commit.committer.name },
    added: commit.added,
    removed: commit.removed,
    modified: commit.modified,
  };
}

function unixSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
