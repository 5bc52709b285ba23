import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { withFileLock } from '../../src/file-lock.ts';
import { type FetchSettings, fetchHistory, fetchIntoMirror, hasHistory } from './fetch-into-mirror.ts';
import { isGitRefusal } from './git-refusal.ts';
import type { MirrorAccess } from './mirror-layout.ts';
import * as layout from './mirror-layout.ts';
import { type CommitTree, readCommitTree, type TreeRequest } from './read-commit-tree.ts';
import { runGit } from './run-git.ts';
import { checkSource, type GitSource } from './source.ts';

/**
 * Bare mirrors, one per repository, shared by every process of this machine that opens the same folder.
 *
 * A mirror is a cache: shallow, without fsync, and thrown away when git finds it damaged. `ensure` proves that
 * the source's commit is reachable from the source's reference, by fetching that reference by its name; what was
 * proven once is answered afterwards with one system call, even when the reference has moved on or is gone.
 * Whoever may name a source may read it from the mirror: access is decided before, not here.
 */
export type Mirrors = {
  /**
   * `depth`: commits of history wanted, the source's own counted. All of it (`Infinity`) comes with all tags, and is
   * asked for each time, as tags come and go.
   */
  ensure(source: GitSource, options?: EnsureOptions): Promise<{ fetched: boolean }>;
  /** Files and facts of one commit, straight from the object store. */
  readTree(source: GitSource, request: TreeRequest, options?: EnsureOptions): Promise<CommitTree>;
  /**
   * Ensures the source, then gives its mirror to `work`. When git finds the mirror damaged, it is made again and
   * `work` is called once more, so `work` must be able to start from the beginning.
   */
  use<T>(source: GitSource, work: (mirror: MirrorAccess) => Promise<T>, options?: EnsureOptions): Promise<T>;
  /** Ends what is under way and waits for it. */
  close(): Promise<void>;
};

export type EnsureOptions = { depth?: number; signal?: AbortSignal | undefined };

export type MirrorOptions = {
  directory: string;
  /** `http:` and `file:` URLs below which repositories may be cloned; https needs no entry. */
  allowedBases?: readonly string[];
  /** Commits of history fetched behind a tip, so that a push overtaken by the next is found at once. */
  depth?: number;
  /** How far back a commit is looked for before it counts as unreachable. */
  searchDepth?: number;
  fetchTimeoutMs?: number;
  /** Ends a fetch from a server that has gone silent. */
  idleTimeoutMs?: number;
  maxPackBytes?: number;
  /** Commits per repository that stay at hand. */
  keepCommits?: number;
  /** Packs in a mirror before they are joined into one, which also drops what no kept commit needs. */
  maxPacks?: number;
};

type MirrorSettings = FetchSettings & { keepCommits: number; maxPacks: number };

export function openMirrors({ directory, allowedBases = [], ...options }: MirrorOptions): Mirrors {
  const settings: MirrorSettings = { ...defaults, ...options };
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();

  function track<T>(work: Promise<T>): Promise<T> {
    running.add(work);
    const done = () => running.delete(work);
    work.then(done, done);
    return work;
  }

  function accessTo(source: GitSource, signal?: AbortSignal): MirrorAccess {
    const checked = checkSource(source, allowedBases);
    return {
      source: checked,
      gitDir: join(directory, layout.mirrorName(checked)),
      marker: layout.markerRef(checked.ref, checked.sha),
      signal: signal === undefined ? closing.signal : AbortSignal.any([closing.signal, signal]),
    };
  }

  function locked<T>({ gitDir, signal }: MirrorAccess, work: () => Promise<T>): Promise<T> {
    return withFileLock(`${gitDir}.lock`, { timeoutMs: settings.fetchTimeoutMs, signal }, work);
  }

  async function ensure(mirror: MirrorAccess, wantedDepth: number): Promise<{ fetched: boolean }> {
    mirror.signal.throwIfAborted();
    const depth = Math.min(wantedDepth, layout.wholeHistory);
    const seen = () => layout.touchMarker(mirror.gitDir, mirror.marker, new Date());
    const isHere = async () => (await seen()) && (await hasHistory(mirror, depth));
    if (await isHere()) return { fetched: false };
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const fetched = await locked(mirror, async () => {
      // Whoever held the lock before may have fetched the very same commit.
      if (await isHere()) return false;
      const least = Math.max(settings.depth, await layout.readWantedDepth(mirror.gitDir));
      if (!(await seen())) await fetchOrRemake(mirror, { ...settings, depth: least });
      if (await hasHistory(mirror, depth)) return true;
      const wanted = Math.max(depth, least);
      await fetchHistory(mirror, { ...settings, depth: wanted });
      await layout.noteWantedDepth(mirror.gitDir, wanted);
      return true;
    });
    if (fetched) tidy(mirror.gitDir);
    return { fetched };
  }

  async function use<T>(mirror: MirrorAccess, depth: number, work: (mirror: MirrorAccess) => Promise<T>) {
    await ensure(mirror, depth);
    const generation = await layout.generationOf(mirror.gitDir);
    try {
      return await work(mirror);
    } catch (error) {
      if (!isGitRefusal(error, 'damaged')) throw error;
      await locked(mirror, async () => {
        if ((await layout.generationOf(mirror.gitDir)) === generation)
          await layout.discardMirror(mirror.gitDir);
      });
      await ensure(mirror, depth);
      return await work(mirror);
    }
  }

  /** Runs behind the caller's back, once at a time per mirror by git's own lock; a failure only costs disk. */
  function tidy(gitDir: string): void {
    const work = async () => {
      await layout.dropOldMarkers(gitDir, settings.keepCommits);
      if (!(await layout.needsRepack(gitDir, settings.maxPacks))) return;
      const args = ['-c', 'gc.packRefs=false', '-c', 'gc.pruneExpire=2.hours.ago', 'gc', '--quiet'];
      await runGit({ args, gitDir, repository: gitDir, timeoutMs: 600_000, signal: closing.signal });
    };
    track(work().catch(() => {}));
  }

  return {
    ensure: (source, { depth = 1, signal } = {}) =>
      track((async () => ensure(accessTo(source, signal), depth))()),
    use: (source, work, { depth = 1, signal } = {}) =>
      track((async () => use(accessTo(source, signal), depth, work))()),
    readTree: (source, request, { signal } = {}) =>
      track((async () => use(accessTo(source, signal), 1, (mirror) => readCommitTree(mirror, request)))()),
    async close() {
      closing.abort(new Error('The git mirrors were closed.'));
      await Promise.allSettled([...running]);
    },
  };
}

/** Whatever git cannot explain about a mirror that was there before is laid to the mirror, once. */
async function fetchOrRemake(mirror: MirrorAccess, settings: MirrorSettings): Promise<void> {
  const { gitDir, source } = mirror;
  const existed = await layout.mirrorExists(gitDir);
  if (!existed) await layout.createMirror(gitDir, source.sha);
  try {
    await layout.removeStaleLocks(gitDir);
    await fetchIntoMirror(mirror, settings);
  } catch (error) {
    if (!existed || !(isGitRefusal(error, 'damaged') || isGitRefusal(error, 'failed'))) throw error;
    await layout.discardMirror(gitDir);
    await layout.createMirror(gitDir, source.sha);
    await fetchIntoMirror(mirror, settings);
  }
}

const defaults: MirrorSettings = {
  depth: 50,
  searchDepth: 2000,
  fetchTimeoutMs: 600_000,
  idleTimeoutMs: 60_000,
  maxPackBytes: 8 * 2 ** 30,
  keepCommits: 200,
  maxPacks: 40,
};
