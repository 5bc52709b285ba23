import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type CheckedOutCommit, emptyRepository, type GitFiles, references } from './checkout-files.ts';
import { GitRefusal } from './git-refusal.ts';
import type { Mirrors } from './mirror.ts';
import { type MirrorAccess, readRef, wholeHistory } from './mirror-layout.ts';
import { runGit } from './run-git.ts';
import type { GitSource } from './source.ts';

export type CheckoutOptions = {
  /** Commits of history in the workspace: 1 by default, `Infinity` for all of it and all tags. */
  depth?: number;
  signal?: AbortSignal;
  timeoutMs?: number;
  /** The largest file that may be written. */
  maxFileBytes?: number;
};

/**
 * Makes `destination` (empty, or not there yet) a working tree at exactly the source's commit, with a `.git` of
 * its own: no object is shared or linked with the mirror, and `origin` is the clone URL without a credential.
 * A branch is checked out by its name; a tag or a pull request leaves HEAD detached.
 *
 * Afterwards the tree belongs to the job, and git must never run in it again from outside its container: its
 * configuration can name programs. Everything is owned by this process's user; a container that runs as another
 * one needs `safe.directory` (or a chown) to use git there, and the workspace opened to it to write at all.
 * The folders of submodules stay empty, and files in LFS pointers: see `check-out-source.ts`.
 */
export async function checkout(
  mirrors: Pick<Mirrors, 'use'>,
  source: GitSource,
  destination: string,
  { depth = 1, signal, timeoutMs = 600_000, maxFileBytes = 8 * 2 ** 30 }: CheckoutOptions = {},
): Promise<void> {
  const commits = Math.min(Math.max(1, depth), wholeHistory);
  const folder = resolve(destination);
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) {
    throw new GitRefusal(
      'destination-in-use',
      `${folder} is not empty: give a checkout a folder of its own.`,
    );
  }
  const work = async (mirror: MirrorAccess) => {
    try {
      await checkoutInto(folder, mirror, { commits, timeoutMs, maxFileBytes });
    } catch (error) {
      for (const name of await readdir(folder))
        await rm(join(folder, name), { recursive: true, force: true });
      throw error;
    }
  };
  await mirrors.use(source, work, { depth: commits, signal });
}

type Limits = { commits: number; timeoutMs: number; maxFileBytes: number };

/** Two processes side by side: one writes the files from the mirror's objects, the other brings the objects. */
async function checkoutInto(folder: string, mirror: MirrorAccess, limits: Limits): Promise<void> {
  const { source, gitDir } = mirror;
  const dotGit = join(folder, '.git');
  await mkdir(join(dotGit, 'objects/pack'), { recursive: true });
  await mkdir(join(dotGit, 'refs'));
  await writeFiles(dotGit, emptyRepository(source));
  const commit = await resolveCommit(mirror, limits.timeoutMs);
  await together(mirror.signal, (signal) => {
    const call = { repository: source.repository, signal, ...limits };
    const files = runGit({
      ...call,
      args: ['read-tree', '-m', '-u', commit.sha],
      ...{ gitDir, workTree: folder, indexFile: join(dotGit, 'index') },
    });
    return [files, bringObjects(dotGit, gitDir, commit, limits.commits, call)];
  });
  const shallow: GitFiles = limits.commits === 1 ? { shallow: `${commit.sha}\n` } : {};
  await writeFiles(dotGit, { ...shallow, ...references(source, commit) });
}

type Call = { repository: string; signal: AbortSignal; timeoutMs: number; maxFileBytes: number };

/**
 * The newest commit alone, which nearly every job wants, is written as one finished pack. More of the history
 * is fetched, since only the two ends of a fetch can work out where a shallow history stops.
 */
async function bringObjects(
  dotGit: string,
  gitDir: string,
  { sha, tag }: CheckedOutCommit,
  commits: number,
  call: Call,
): Promise<void> {
  const wanted = tag === undefined ? [sha] : [sha, tag];
  if (commits > 1) {
    const args = [
      'fetch',
      '--quiet',
      '--no-tags',
      '--no-write-fetch-head',
      `--depth=${commits}`,
      '--',
      gitDir,
    ];
    const tags = commits === wholeHistory ? ['+refs/tags/*:refs/tags/*'] : [];
    await runGit({ ...call, args: [...args, ...wanted, ...tags], gitDir: dotGit, protocols: ['file'] });
    return;
  }
  await runGit({
    ...call,
    args: ['pack-objects', '--quiet', '--revs', '--delta-base-offset', join(dotGit, 'objects/pack/pack')],
    gitDir,
    // Git writes a pack beside the objects first: the workspace may lie on another disk than the mirror.
    objects: { writeTo: join(dotGit, 'objects'), readFrom: join(gitDir, 'objects') },
    input: `--shallow ${sha}\n${wanted.join('\n')}\n`,
  });
}

/** A tag's event may name the tag's own object; its marker tells the annotated tag that was fetched. */
async function resolveCommit(mirror: MirrorAccess, timeoutMs: number): Promise<CheckedOutCommit> {
  const { source, gitDir, signal, marker } = mirror;
  if (!source.ref.startsWith('refs/tags/')) return { sha: source.sha };
  const tip = await readRef(gitDir, marker);
  const args = ['rev-parse', '--verify', `${tip}^{commit}`];
  const { stdout } = await runGit({ args, gitDir, repository: source.repository, signal, timeoutMs });
  const sha = stdout.trim();
  return tip === sha ? { sha } : { sha, tag: tip };
}

/** Waits for all; the first failure stops the others and is the one that is thrown. */
async function together(
  outer: AbortSignal,
  start: (signal: AbortSignal) => Promise<unknown>[],
): Promise<void> {
  const stop = new AbortController();
  const failures: unknown[] = [];
  const work = start(AbortSignal.any([outer, stop.signal])).map((running) =>
    running.catch((error) => {
      failures.push(error);
      stop.abort();
    }),
  );
  await Promise.all(work);
  if (failures.length > 0) throw failures[0];
}

async function writeFiles(folder: string, files: GitFiles): Promise<void> {
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
}
