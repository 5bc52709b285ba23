import { mkdir } from 'node:fs/promises';
import { git, tryGit } from './git-program.ts';

export const noCommit = '0'.repeat(40);

/** One repository as the server keeps it. */
export interface BareRepository {
  readonly fullName: string;
  readonly path: string;
  readonly id: number;
  readonly defaultBranch: string;
  readonly isPrivate: boolean;
  /** The full name of the repository that this one is a fork of. */
  readonly forkOf: string | undefined;
  readonly createdAt: Date;
}

const settings = {
  'http.receivepack': 'true',
  // As on GitHub: partial clones, and any commit that is reachable may be asked for by its id.
  'uploadpack.allowFilter': 'true',
  'uploadpack.allowReachableSHA1InWant': 'true',
  // Only the server itself writes the references of pull requests.
  'receive.hideRefs': 'refs/pull',
  'gc.auto': '0',
};

export async function initBareRepository(
  path: string,
  defaultBranch: string,
  source?: string,
): Promise<void> {
  await mkdir(path, { recursive: true });
  await git(path, ['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`]);
  for (const [name, value] of Object.entries(settings)) await git(path, ['config', name, value]);
  if (source !== undefined) {
    await git(path, ['fetch', '--quiet', source, '+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*']);
  }
}

/** The object id of every branch and tag, by its whole name. */
export async function readReferences({ path }: Pick<BareRepository, 'path'>): Promise<Map<string, string>> {
  const format = '%(objectname) %(refname)';
  const lines = await git(path, ['for-each-ref', `--format=${format}`, 'refs/heads', 'refs/tags']);
  return new Map(
    lines
      .split('\n')
      .filter(Boolean)
      .map((line) => [line.slice(41), line.slice(0, 40)]),
  );
}

/** The whole id of the commit that a revision names, or undefined. */
export async function findCommit({ path }: BareRepository, revision: string): Promise<string | undefined> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
  const { code, stdout } = await tryGit(path, args);
  return code === 0 ? stdout.trim() : undefined;
}

export async function isAncestor({ path }: BareRepository, older: string, newer: string): Promise<boolean> {
  return (await tryGit(path, ['merge-base', '--is-ancestor', older, newer])).code === 0;
}
