import { join } from 'node:path';
import { createCacheStore } from '../../runners/caches/cache-store.ts';
import { openLocalCaches } from '../../runners/caches/local-caches.ts';
import type { Engine } from '../../runners/engine/engine.ts';
import { openRooms } from '../../runners/rooms.ts';
import type { BuildPorts } from '../../runners/run-job.ts';
import { treeBytes, volumeBytes } from '../../runners/workspace/disk-use.ts';
import { openWorkspaces } from '../../runners/workspace/workspaces.ts';
import { openDirectoryStore } from '../blobs/directory-store.ts';
import { createMemoryStore } from '../blobs/memory-store.ts';
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { newId } from '../ids.ts';
import type { RunDirectory } from '../local/run-directory.ts';
import type { Log } from '../log.ts';

/** What a runner has to carry out builds with, for one run of this process. `close` leaves nothing but caches. */
export async function openLocalExecutor(options: {
  engine: Engine;
  place: RunDirectory;
  /** Where caches are kept from run to run; absent where no job has any. */
  cachesDirectory?: string;
  limits: Config['cache'];
  log: Log;
}): Promise<{ ports: Omit<BuildPorts, 'checkout' | 'blobs'>; close(): Promise<void> }> {
  const { engine, place, cachesDirectory, limits, log } = options;
  const clock = systemClock;
  const workspaces = await openWorkspaces({ root: join(place.path, 'workspaces') });
  const rooms = openRooms(
    {
      engine,
      log,
      workspaces: {
        create: workspaces.create,
        remove: async (id) => void (await workspaces.remove(id)),
        sweep: async (keep) => void (await workspaces.sweep(keep)),
      },
    },
    { owner: place.owner, warmRooms: 0, clock, newId },
  );
  const blobs =
    cachesDirectory === undefined ? createMemoryStore() : await openDirectoryStore({ root: cachesDirectory });
  // The store is on this very disk: a copy of each entry beside it would be one too many.
  const local = await openLocalCaches({
    directory: join(place.path, 'caches'),
    limitBytes: 0,
    now: clock.now,
  });
  const store = createCacheStore({ blobs, local }, { repositoryLimitBytes: limits.repositoryBytes });
  return {
    ports: {
      engine,
      rooms,
      disk: { volumeBytes, treeBytes },
      caches: { store, local, clock, limitBytes: limits.entryBytes },
      clock,
      log,
    },
    async close() {
      await blobs.close();
      await rooms.close();
      // What a room could not remove itself.
      await rooms.sweep();
    },
  };
}
