import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { askGit } from './ask-git.ts';
import { LocalRefusal } from './local-refusal.ts';

/**
 * What is to be built, by its paths from the root: files that git tracks and new ones that it does not ignore, as they lie
 * there now, those of submodules included. Deleted ones may be among them. Other repositories inside are left out, as git
 * leaves them out.
 */
export async function listFiles(root: string, signal: AbortSignal): Promise<string[]> {
  const listed = await askGit(root, ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], signal);
  if (listed === undefined) {
    throw new LocalRefusal(
      'git-failed',
      `git cannot list the files of ${root}: \`git status\` there says why`,
    );
  }
  const paths = new Set(listed.split('\0').filter((path) => path !== '' && !path.endsWith('/')));
  const modules = await listModules(root, signal);
  for (const module of modules) {
    paths.delete(module);
    if (!(await isWorkingTree(join(root, module)))) continue;
    for (const path of await listFiles(join(root, module), signal)) paths.add(`${module}/${path}`);
  }
  return [...paths];
}

/** Submodules stand in the index as commits (mode 160000); see git-ls-files(1). */
async function listModules(root: string, signal: AbortSignal): Promise<string[]> {
  const staged = await askGit(root, ['ls-files', '-z', '--stage'], signal);
  return (staged ?? '').split('\0').flatMap((entry) => {
    const [, path] = /^160000 [^\t]*\t(.*)$/s.exec(entry) ?? [];
    return path === undefined ? [] : [path];
  });
}

async function isWorkingTree(folder: string): Promise<boolean> {
  return await lstat(join(folder, '.git')).then(
    () => true,
    () => false,
  );
}
