import { constants } from 'node:fs';
import { chmod, copyFile, lstat, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckedOutTree } from '../check-out-submodules.ts';
import { GitRefusal } from '../git-refusal.ts';
import { runGit } from '../run-git.ts';
import { type CheckedSource, checkSource } from '../source.ts';
import { type FileStats, withFileStats } from './index-stats.ts';
import { type LfsObject, mostPointerBytes, parseLfsPointer } from './lfs-pointer.ts';
import { asRefusal } from './lfs-refusal.ts';
import { askForDownloads, download, mostObjectsAtOnce } from './lfs-server.ts';
import type { LfsStore } from './lfs-store.ts';

type Pointer = { path: string; object: LfsObject };

const maxListBytes = 64 << 20;
const listTimeoutMs = 60_000;
const atOnce = 4;

/**
 * Puts the content of files in Git LFS where their pointers stand in a working tree that was just made: of those that
 * `.gitattributes` gives the filter `lfs`. Git takes them for unchanged, also where it knows no such filter.
 */
export async function bringLfsFiles(
  tree: CheckedOutTree,
  options: {
    store: LfsStore;
    allowedBases: readonly string[];
    signal: AbortSignal;
    maxFileBytes: number;
  },
): Promise<{ files: number; sizeBytes: number }> {
  const { store, signal } = options;
  const source = checkSource(tree.source, options.allowedBases);
  const pointers = await findPointers(tree.folder, source, signal);
  if (pointers.length === 0) return { files: 0, sizeBytes: 0 };
  const large = pointers.find(({ object }) => object.sizeBytes > options.maxFileBytes);
  if (large) {
    const what = `${large.path} in Git LFS is of ${large.object.sizeBytes} bytes`;
    throw new GitRefusal('too-large', `${source.repository}: ${what}, which is more than is allowed.`);
  }
  await fetchMissing(source, pointers, store, signal);
  const placed = new Map<string, FileStats>();
  for (const { path, object } of pointers) {
    signal.throwIfAborted();
    placed.set(path, await place(join(tree.folder, path), source, object, store));
  }
  const index = join(tree.folder, '.git/index');
  const changed = withFileStats(await readFile(index), placed, source.sha.length === 64 ? 'sha256' : 'sha1');
  await writeFile(`${index}.lock`, changed, { flag: 'wx' });
  await rename(`${index}.lock`, index);
  return {
    files: pointers.length,
    sizeBytes: pointers.reduce((sum, { object }) => sum + object.sizeBytes, 0),
  };
}

async function findPointers(folder: string, source: CheckedSource, signal: AbortSignal): Promise<Pointer[]> {
  const { stdout } = await runGit({
    args: ['-C', folder, 'ls-files', '-z', '--', ':(attr:filter=lfs)'],
    gitDir: join(folder, '.git'),
    workTree: folder,
    repository: source.repository,
    timeoutMs: listTimeoutMs,
    maxOutputBytes: maxListBytes,
    signal,
  });
  const pointers: Pointer[] = [];
  for (const path of stdout.split('\0').filter(Boolean)) {
    const file = join(folder, path);
    const stats = await lstat(file).catch(() => undefined);
    if (!stats?.isFile() || stats.size > mostPointerBytes) continue;
    const object = parseLfsPointer(await readFile(file, 'utf8'));
    if (object) pointers.push({ path, object });
  }
  return pointers;
}

async function fetchMissing(
  source: CheckedSource,
  pointers: readonly Pointer[],
  store: LfsStore,
  outer: AbortSignal,
): Promise<void> {
  const missing: LfsObject[] = [];
  for (const object of new Map(pointers.map((pointer) => [pointer.object.oid, pointer.object])).values()) {
    if ((await store.find(keyOf(source), object)) === undefined) missing.push(object);
  }
  const stop = new AbortController();
  const signal = AbortSignal.any([outer, stop.signal]);
  for (let from = 0; from < missing.length; from += mostObjectsAtOnce) {
    const downloads = await askForDownloads(source, missing.slice(from, from + mostObjectsAtOnce), signal);
    const waiting = downloads.values();
    const work = async () => {
      for (const wanted of waiting) {
        const bytes = await download(source, wanted, signal);
        await store.put(keyOf(source), wanted, bytes).catch((error: unknown) => {
          throw isOfNetwork(error) ? asRefusal(source, error, signal) : error;
        });
      }
    };
    // The first that fails ends the others, and nothing is written after this.
    const workers = Array.from({ length: atOnce }, () => work().catch((error: unknown) => stop.abort(error)));
    await Promise.all(workers);
    signal.throwIfAborted();
  }
}

/** What the disk says has a code such as ENOSPC and a path. */
function isOfNetwork(error: unknown): boolean {
  return !(error instanceof Error && 'syscall' in error && 'path' in error) && !(error instanceof GitRefusal);
}

/** A copy, so that no job can change the store; where the file system can share the bytes they are shared. */
async function place(
  file: string,
  source: CheckedSource,
  object: LfsObject,
  store: LfsStore,
): Promise<FileStats> {
  const { mode, mtimeMs } = await stat(file);
  await rm(file);
  const kept = await store.find(keyOf(source), object);
  if (kept === undefined) {
    const what = `object ${object.oid} in Git LFS is gone from this machine's disk`;
    throw new GitRefusal('failed', `${source.repository}: ${what}. Try again.`);
  }
  await copyFile(kept, file, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  await chmod(file, mode & 0o777);
  // Older than the index: of what is as new as that, git looks at the content.
  const earlier = new Date(mtimeMs - 10_000);
  await utimes(file, earlier, earlier);
  return await stat(file, { bigint: true });
}

/** As mirrors are: what was fetched with a credential is for those who have one. */
function keyOf({ url, credential }: CheckedSource): string {
  return credential === undefined ? `${url.href} anonymous` : url.href;
}
