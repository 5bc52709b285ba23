import { appendFile, lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { type CheckoutOptions, checkout } from './checkout.ts';
import { submoduleConfig } from './checkout-files.ts';
import { GitRefusal, isGitRefusal } from './git-refusal.ts';
import { listSubmodules, type Submodule } from './list-submodules.ts';
import type { Mirrors } from './mirror.ts';
import { type GitSource, namedCommit } from './source.ts';
import { submoduleAddress } from './submodule-address.ts';

/** A repository in the workspace, and where it stands there. */
export type CheckedOutTree = { source: GitSource; folder: string };

export const mostSubmodules = 200;
const mostLevels = 8;
const atOnce = 4;

type Walk = {
  mirrors: Pick<Mirrors, 'use'>;
  /** What was built: its credential goes to repositories of its owner, where that is allowed, and to nobody else. */
  built: GitSource;
  ownerCredential: boolean;
  recursive: boolean;
  options: CheckoutOptions & { signal: AbortSignal };
  /** The first that fails ends the others. */
  stop: AbortController;
  found: CheckedOutTree[];
};

/**
 * Checks out the submodules of a working tree that was just made and that nobody has written to, each as a repository of its
 * own in its folder, and resolves with them. Nothing that a repository says is carried out: no hook, no `update` command.
 * A refusal names the path, the URL and the commit; when it comes, nothing is written any more.
 */
export async function checkOutSubmodules(
  mirrors: Pick<Mirrors, 'use'>,
  tree: CheckedOutTree,
  {
    recursive,
    ownerCredential,
    ...options
  }: CheckoutOptions & { recursive: boolean; ownerCredential: boolean; signal: AbortSignal },
): Promise<CheckedOutTree[]> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const walk: Walk = {
    ...{ mirrors, built: tree.source, recursive, ownerCredential, stop, found: [] },
    options: { ...options, signal },
  };
  await into(walk, tree, '', 1);
  return walk.found;
}

async function into(walk: Walk, around: CheckedOutTree, prefix: string, level: number): Promise<void> {
  const { stop, built, options } = walk;
  const submodules = await walk.mirrors.use(around.source, listSubmodules, { signal: options.signal });
  const waiting = submodules.values();
  const work = async () => {
    for (const submodule of waiting) await bring(walk, around, submodule, prefix, level);
  };
  const workers = Array.from({ length: Math.min(atOnce, submodules.length) }, () =>
    work().catch((error: unknown) => stop.abort(error)),
  );
  await Promise.all(workers);
  stop.signal.throwIfAborted();
  if (submodules.length === 0) return;
  const addressed = submodules.map(({ name, url }) => ({
    name,
    url: submoduleAddress(url, around.source, built).cloneUrl,
  }));
  await appendFile(join(around.folder, '.git/config'), submoduleConfig(addressed));
}

async function bring(
  walk: Walk,
  around: CheckedOutTree,
  submodule: Submodule,
  prefix: string,
  level: number,
) {
  const path = `${prefix}${submodule.path}`;
  const tree = await naming({ ...submodule, path }, async () => {
    if (level > mostLevels) throw new GitRefusal('too-large', `it lies more than ${mostLevels} levels deep.`);
    const folder = await ownFolder(around.folder, submodule.path);
    const { isOfOwner, ...address } = submoduleAddress(submodule.url, around.source, walk.built);
    const source: GitSource = { ...address, ref: namedCommit, byId: true, sha: submodule.sha };
    if (walk.found.length >= mostSubmodules) {
      throw new GitRefusal('too-large', `there are more than ${mostSubmodules} submodules.`);
    }
    const credential = isOfOwner && walk.ownerCredential ? walk.built.credential : undefined;
    const brought = { source: { ...source, credential }, folder };
    walk.found.push(brought);
    await checkOutAs(walk, brought.source, folder);
    return brought;
  });
  if (walk.recursive) await into(walk, tree, `${path}/`, level + 1);
}

/** A credential may be for the one repository alone, while the submodule is open to everybody. */
async function checkOutAs({ mirrors, options }: Walk, source: GitSource, folder: string): Promise<void> {
  try {
    await checkout(mirrors, source, folder, options);
  } catch (error) {
    const refused = isGitRefusal(error, 'authentication') || isGitRefusal(error, 'not-found');
    if (!refused || source.credential === undefined) throw error;
    const { credential: _, ...anonymous } = source;
    await checkout(mirrors, anonymous, folder, options);
  }
}

/** Git made the folder with the tree around it. What is not one, or is reached over a link, is not what git made. */
async function ownFolder(root: string, path: string): Promise<string> {
  const names = path.split('/');
  let folder = root;
  for (const name of names) {
    folder = join(folder, name);
    const isPlain = !['', '.', '..'].includes(name) && name.toLowerCase() !== '.git';
    if (isPlain && (await lstat(folder).catch(() => undefined))?.isDirectory()) continue;
    throw new GitRefusal('unsafe-tree', 'its path does not lead to a folder of the repository.');
  }
  return folder;
}

async function naming<T>({ path, url, sha }: Submodule, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof GitRefusal)) throw error;
    const shown = url.slice(0, 300).replace(/:\/\/[^\s/@]*@/, '://');
    const message = `submodule ${path} (${shown} at ${sha}): ${error.message}`;
    throw new GitRefusal(error.code, message, { cause: error });
  }
}
