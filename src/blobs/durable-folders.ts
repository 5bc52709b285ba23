import { mkdir, open, rename, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileErrorCode } from './file-errors.ts';

export interface DurableFolders {
  /** Renames a synced file to its place, making the folders; resolves when a loss of power keeps it there. */
  publish(file: string, target: string): Promise<void>;
  /** Removes the folder and those above it, below the root, as long as they are empty. */
  prune(folder: string): Promise<void>;
}

/** A remove may take the folder away between making it and renaming into it; again and again is something else. */
const maxPublishAttempts = 10;
/** The known folders are only a saving: dropping them all costs one fsync for each that is used again. */
const maxKnownFolders = 10_000;

/** Makes a folder and what is missing above it, for its owner only; a loss of power keeps it. */
export async function makeFolder(folder: string): Promise<void> {
  const firstMade = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (firstMade === undefined) return;
  for (let at = folder; at.length >= firstMade.length; at = dirname(at)) await syncFolder(dirname(at));
}

/** Folders below `root`, which must exist. A name is durable only when the folder that holds it was synced. */
export function createDurableFolders(root: string): DurableFolders {
  const known = new Set<string>([root]);
  const sync = shareSyncs(syncFolder);

  async function ensure(folder: string): Promise<void> {
    if (known.has(folder)) return;
    const parent = dirname(folder);
    await ensure(parent);
    try {
      await mkdir(folder, { mode: 0o700 });
    } catch (error) {
      if (fileErrorCode(error) !== 'EEXIST') throw error;
    }
    await sync(parent);
    if (known.size > maxKnownFolders) {
      known.clear();
      known.add(root);
    }
    known.add(folder);
  }

  function forget(folder: string): void {
    for (let at = folder; at.length > root.length; at = dirname(at)) known.delete(at);
  }

  return {
    async publish(file, target) {
      const folder = dirname(target);
      for (let attempt = 1; ; attempt++) {
        try {
          await ensure(folder);
          await rename(file, target);
          break;
        } catch (error) {
          if (fileErrorCode(error) !== 'ENOENT' || attempt === maxPublishAttempts) throw error;
          forget(folder);
        }
      }
      await sync(folder);
    },

    async prune(folder) {
      for (let at = folder; at.length > root.length; at = dirname(at)) {
        known.delete(at);
        try {
          await rmdir(at);
        } catch {
          // Not empty, or gone already: either way there is nothing to do here or above.
          return;
        }
      }
    },
  };
}

/**
 * Folds fsyncs of one folder together: many small puts that end at once share one. A sync that has begun may have
 * missed the caller's rename, so whoever comes later waits for the next, which all latecomers share.
 */
export function shareSyncs(sync: (folder: string) => Promise<void>): (folder: string) => Promise<void> {
  const running = new Map<string, Promise<void>>();
  const next = new Map<string, Promise<void>>();

  function start(folder: string): Promise<void> {
    const task = sync(folder).finally(() => running.delete(folder));
    running.set(folder, task);
    return task;
  }

  return (folder) => {
    const current = running.get(folder);
    if (!current) return start(folder);
    let following = next.get(folder);
    if (!following) {
      const afterCurrent = () => {
        next.delete(folder);
        return start(folder);
      };
      following = current.then(afterCurrent, afterCurrent);
      next.set(folder, following);
    }
    return following;
  };
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch((error: unknown) => {
    // Pruned meanwhile: its blobs were removed, so there is no name left to keep.
    if (fileErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (!handle) return;
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
