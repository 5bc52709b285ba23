import { basename } from 'node:path';
import { askGit } from './ask-git.ts';

/** A working tree as git describes it; what git does not know is absent. */
export type WorkingTree = {
  root: string;
  /** As it is called at its origin: `owner/name`, or else the name of its folder. */
  repository: string;
  /** Absent before the first commit. */
  head?: { sha: string; subject: string; message: string; authorName: string; authorEmail: string };
  /** Absent when HEAD is detached. */
  branch?: string;
  /** Of the origin, as it was at the last look. */
  defaultBranch?: string;
  /** Paths that are not as they are in HEAD, new ones included. */
  changes: number;
};

export async function readWorkingTree(root: string, signal: AbortSignal): Promise<WorkingTree> {
  const ask = async (...args: string[]) => await askGit(root, args, signal);
  const [head, branch, originHead, origin, status] = await Promise.all([
    ask('log', '-1', '--no-show-signature', '--format=%H%x00%s%x00%an%x00%ae%x00%B'),
    ask('symbolic-ref', '--quiet', '--short', 'HEAD'),
    ask('symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD'),
    ask('config', '--get', 'remote.origin.url'),
    ask('status', '--porcelain', '--untracked-files=all', '--no-renames', '-z'),
  ]);
  const [sha, subject = '', authorName = '', authorEmail = '', message = ''] = (head ?? '').split('\0');
  const defaultBranch = originHead?.trim().replace(/^origin\//, '');
  return {
    root,
    repository: repositoryName(origin?.trim() ?? '', root),
    ...(sha ? { head: { sha, subject, message: message.trim(), authorName, authorEmail } } : {}),
    ...(branch ? { branch: branch.trim() } : {}),
    ...(defaultBranch ? { defaultBranch } : {}),
    changes: (status ?? '').split('\0').filter((entry) => entry !== '').length,
  };
}

/** The last two parts of the address, in whichever form: https://host/owner/name.git, git@host:owner/name. */
export function repositoryName(origin: string, root: string): string {
  const path = origin.replace(/\/+$/, '').replace(/\.git$/, '');
  const [, owner, name] = /(?:^|[/:])([\w.-]+)\/([\w.-]+)$/.exec(path) ?? [];
  if (owner !== undefined && name !== undefined && origin.includes(':')) return `${owner}/${name}`;
  return basename(root).replaceAll(/[^\w.-]+/g, '-') || 'repository';
}
