import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { git } from '../githost/git-program.ts';

/** A git working tree in which a test plays the developer. */
export interface WorkingCopy {
  readonly path: string;
  /** Runs git in it, as a developer with a name. */
  git(...args: string[]): Promise<string>;
  /** Writes one file, commits everything, and answers the commit's id. */
  commit(file: string, content: string, message?: string): Promise<string>;
  head(): Promise<string>;
}

const developer = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
};

/** Takes the directory for a working tree, an existing repository or a new one; `origin` is set when a remote is given. */
export async function openWorkingCopy(
  path: string,
  { origin }: { origin?: string } = {},
): Promise<WorkingCopy> {
  const run = (...args: string[]) => git(path, args, { env: developer });
  const head = async () => (await run('rev-parse', 'HEAD')).trim();
  await mkdir(path, { recursive: true });
  await run('init', '--quiet', '--initial-branch=main');
  if (origin !== undefined) await run('remote', 'add', 'origin', origin);
  return {
    path,
    git: run,
    head,
    async commit(file, content, message = content) {
      const target = join(path, file);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, content);
      await run('add', '--all');
      await run('commit', '--quiet', '-m', message);
      return head();
    },
  };
}
