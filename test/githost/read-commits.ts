import type { BareRepository } from './bare-repository.ts';
import { git } from './git-program.ts';

export interface CommitFacts {
  sha: string;
  treeSha: string;
  author: { name: string; email: string };
  committer: { name: string; email: string };
  /** ISO 8601, with the committer's offset. */
  committedAt: string;
  message: string;
  added: string[];
  removed: string[];
  modified: string[];
}

/** The most commits that GitHub puts into one push event. */
const maxCommits = 2048;

/** The commits that `git rev-list` finds with these arguments, oldest first. */
export async function listCommits(
  repository: BareRepository,
  revisions: readonly string[],
): Promise<CommitFacts[]> {
  const args = ['rev-list', '--reverse', `--max-count=${maxCommits}`, ...revisions];
  const ids = (await git(repository.path, args)).split('\n').filter(Boolean);
  const commits: CommitFacts[] = [];
  for (const id of ids) commits.push(await readCommit(repository, id));
  return commits;
}

export async function readCommit({ path }: BareRepository, sha: string): Promise<CommitFacts> {
  const format = ['%H', '%T', '%an', '%ae', '%cn', '%ce', '%cI', '%B'].join('%x00');
  const output = await git(path, ['show', '--no-patch', `--format=${format}`, sha]);
  const [
    id = '',
    treeSha = '',
    authorName = '',
    authorEmail = '',
    name = '',
    email = '',
    committedAt = '',
    message = '',
  ] = output.split('\0');
  return {
    sha: id,
    treeSha,
    author: { name: authorName, email: authorEmail },
    committer: { name, email },
    committedAt,
    message: message.trimEnd(),
    ...(await changedFiles(path, sha)),
  };
}

/** Against the first parent, as GitHub tells it; everything is added in a first commit. */
async function changedFiles(path: string, sha: string) {
  const args = [
    'diff-tree',
    '-r',
    '-z',
    '-m',
    '--first-parent',
    '--root',
    '--no-commit-id',
    '--no-renames',
    '--name-status',
  ];
  const words = (await git(path, [...args, sha])).split('\0');
  const files = { added: [] as string[], removed: [] as string[], modified: [] as string[] };
  for (let at = 0; at + 1 < words.length; at += 2) {
    const file = words[at + 1] ?? '';
    if (words[at] === 'A') files.added.push(file);
    else if (words[at] === 'D') files.removed.push(file);
    else files.modified.push(file);
  }
  return files;
}
