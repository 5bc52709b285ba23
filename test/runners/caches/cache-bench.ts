import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createCacheStore } from '../../../runners/caches/cache-store.ts';
import { type CachePorts, openJobCaches } from '../../../runners/caches/job-caches.ts';
import { openLocalCaches } from '../../../runners/caches/local-caches.ts';
import type { BlobStore } from '../../../src/blobs/blob-store.ts';
import { createMemoryStore } from '../../../src/blobs/memory-store.ts';
import { systemClock } from '../../../src/clock.ts';
import { startLocalDriver } from '../engine/local-driver.ts';

const mib = 2 ** 20;

export type Place = { workspaceDir: string; home: string };

export type CacheBench = {
  blobs: BlobStore;
  /** The places of a job on a machine: empty directories. */
  place(): Promise<Place>;
  /** What a job does before its first step; `end` does what follows after its last, when it succeeded. */
  begin(
    place: Place,
    entries: { key: string; fallback?: string[]; paths: string[]; save?: 'changed' }[],
    options?: { scopes?: string[]; signal?: AbortSignal; command?: string[] },
  ): Promise<{ notes: string[]; end(): Promise<void> }>;
};

/** Runners of one repository, with shells of this machine in place of containers. */
export async function openCacheBench(
  given: Partial<{ limitBytes: number; repositoryLimitBytes: number; localBytes: number }> = {},
  wrap: (blobs: BlobStore) => BlobStore = (blobs) => blobs,
): Promise<CacheBench> {
  const directory = await mkdtemp(join(tmpdir(), 'hookline-caches-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const blobs = wrap(createMemoryStore());
  const local = await openLocalCaches({
    directory: join(directory, 'local'),
    limitBytes: given.localBytes ?? 100 * mib,
    now: Date.now,
  });
  const repositoryLimitBytes = given.repositoryLimitBytes ?? 100 * mib;
  const ports: CachePorts = {
    store: createCacheStore({ blobs, local }, { repositoryLimitBytes }),
    local,
    clock: systemClock,
    limitBytes: given.limitBytes ?? 100 * mib,
  };
  let places = 0;
  return {
    blobs,
    async place() {
      places += 1;
      const workspaceDir = join(directory, `workspace ${places}`);
      const home = join(directory, `home ${places}`);
      await mkdir(workspaceDir);
      await mkdir(home);
      return { workspaceDir, home };
    },
    async begin({ workspaceDir, home }, entries, options = {}) {
      const { scopes = ['branch-main'], signal = new AbortController().signal, command = ['sh'] } = options;
      const driver = startLocalDriver({ command, workspacePath: workspaceDir });
      onTestFinished(() => driver.close());
      const notes: string[] = [];
      const caches = openJobCaches(
        {
          spec: {
            repository: 'octo/shop',
            env: { HOME: home },
            caches: { scopes, entries: entries.map((entry) => ({ fallback: [], ...entry })) },
          },
          workspaceDir,
          container: { run: (step, more) => driver.run(step, { ...more, kill: driver.kill }) },
          note: (text) => notes.push(text),
          signal,
        },
        ports,
      );
      onTestFinished(() => caches.close());
      await caches.restore();
      return {
        notes,
        async end() {
          await caches.pack();
          await driver.close();
          await caches.collect();
          await caches.save();
        },
      };
    },
  };
}
