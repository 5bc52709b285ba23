import { spawn } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { emptyRepository, references } from '../../runners/workspace/checkout-files.ts';
import { readGitFailure } from '../../runners/workspace/read-git-failure.ts';
import { runGit, startGit } from '../../runners/workspace/run-git.ts';
import type { CodeSource } from '../runs/forge.ts';
import { copyFiles } from './copy-files.ts';
import { listFiles } from './list-files.ts';

const gitMs = 600_000;

export type Snapshot = {
  files: number;
  /** Why there is no `.git` beside the files; absent when there is one. */
  withoutGit?: string;
};

/**
 * The working tree as it lies there now, copied into an empty folder: what git tracks and what is new and not ignored. With
 * the commit at HEAD comes a `.git` of its own, as a runner's checkout has it, in which the uncommitted changes are just
 * that. `leaveOut` are folders whose files are no part of it.
 */
export async function makeSnapshot(
  tree: { root: string; source?: CodeSource; leaveOut: readonly string[] },
  directory: string,
  signal: AbortSignal,
): Promise<Snapshot> {
  const { root, source, leaveOut } = tree;
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const [files, withoutGit] = await Promise.all([
    listFiles(root, signal).then((paths) => {
      const wanted = paths.filter((path) => !leaveOut.some((folder) => path.startsWith(`${folder}/`)));
      return copyFiles(root, directory, wanted, signal);
    }),
    source ? bringCommit(root, source, join(directory, '.git'), signal) : 'there is no commit yet',
  ]);
  return { files, ...(withoutGit === undefined ? {} : { withoutGit }) };
}

/** What a build does with its files is the same without a `.git`, for nearly all builds: it is no reason to end. */
async function bringCommit(
  root: string,
  source: CodeSource,
  dotGit: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    await writeRepository(root, source, dotGit, signal);
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    await rm(dotGit, { recursive: true, force: true });
    return `its commit could not be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function writeRepository(
  root: string,
  source: CodeSource,
  dotGit: string,
  signal: AbortSignal,
): Promise<void> {
  const { repository, sha } = source;
  await mkdir(join(dotGit, 'objects/pack'), { recursive: true });
  await mkdir(join(dotGit, 'refs'));
  const checked = { ...source, url: new URL(source.cloneUrl) };
  await writeFiles(dotGit, emptyRepository(checked));
  // Read as whoever runs this: a tree of theirs may be a linked one, or borrow objects from elsewhere.
  const reading = spawn('git', ['-C', root, 'pack-objects', '--quiet', '--revs', '--stdout'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    signal,
  });
  const failed = new Promise<never>((_, reject) => reading.once('error', reject));
  reading.stdin.on('error', () => {});
  reading.stdin.end(`--shallow ${sha}\n${sha}\n`);
  const call = { gitDir: dotGit, repository, signal, timeoutMs: gitMs };
  const writing = startGit({ ...call, args: ['index-pack', '--stdin'] });
  writing.stdout.resume();
  // index-pack may end with the last byte of the pack, before its input is closed: how it ends is what counts.
  reading.stdout.pipe(writing.stdin);
  const { exitCode, stderr } = await Promise.race([failed, writing.ended]);
  if (exitCode !== 0) throw readGitFailure({ exitCode, signal: null, stderr }, repository);
  await writeFiles(dotGit, { shallow: `${sha}\n`, ...references(checked, { sha }) });
  await runGit({ ...call, args: ['read-tree', sha] });
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
}
