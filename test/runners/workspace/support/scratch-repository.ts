import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);

export type ScratchRepository = {
  path: string;
  git(...args: string[]): Promise<string>;
  /** Writes the files, commits them, and gives the commit's id. */
  commit(files: Readonly<Record<string, string>>, message?: string): Promise<string>;
  /** Commits one tree entry as it is given, with no check of its mode or name. */
  commitEntry(mode: string, name: string, content: string): Promise<string>;
};

/** A repository with a working tree, for tests to push things around in. */
export async function createScratchRepository(
  path: string,
  initOptions: string[] = [],
): Promise<ScratchRepository> {
  await mkdir(path, { recursive: true });
  const git = async (...args: string[]) => {
    const { stdout } = await exec('git', args, { cwd: path, env: environment, maxBuffer: 64 << 20 });
    return stdout.trim();
  };
  await git('init', '-q', '-b', 'main', ...initOptions);
  await git('config', 'uploadpack.allowFilter', 'true');
  return {
    path,
    git,
    async commit(files, message = 'Change things') {
      const names = Object.keys(files);
      for (const folder of new Set(names.map((name) => dirname(join(path, name))))) {
        await mkdir(folder, { recursive: true });
      }
      await Promise.all(names.map((name) => writeFile(join(path, name), files[name] ?? '')));
      await git('add', '-A', '-f');
      await git('commit', '-q', '--allow-empty', '-m', message);
      return await git('rev-parse', 'HEAD');
    },
    async commitEntry(mode, name, content) {
      const input = join(path, '.git', 'entry');
      await writeFile(input, content);
      const blob = await git('hash-object', '-w', input);
      const tree = await pipe(path, ['mktree'], `${mode} blob ${blob}\t${name}\n`);
      const commit = await git('commit-tree', '-m', 'One entry', tree);
      await git('update-ref', 'refs/heads/main', commit);
      return commit;
    },
  };
}

const environment = {
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Ada Example',
  GIT_AUTHOR_EMAIL: 'ada@example.test',
  GIT_COMMITTER_NAME: 'Ada Example',
  GIT_COMMITTER_EMAIL: 'ada@example.test',
};

async function pipe(cwd: string, args: string[], input: string): Promise<string> {
  const running = exec('git', args, { cwd, env: environment });
  running.child.stdin?.end(input);
  return (await running).stdout.trim();
}
