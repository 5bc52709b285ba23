import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openWorkspaces } from '../../runners/workspace/workspaces.ts';
import { tryFileLock, withFileLock } from '../file-lock.ts';

export type RunDirectory = {
  path: string;
  /** Names this run to the container engine. */
  owner: string;
  /** Removes it. Idempotent. */
  close(): Promise<void>;
};

const lockMs = 10_000;
const lockName = (id: string) => `${id}.lock`;

/**
 * A directory for one run below `root`, where every run of this user has its own while it lasts. Runs whose process was
 * killed left theirs: these are removed, and `sweep` is told whose containers go with them.
 */
export async function openRunDirectory(
  root: string,
  id: string,
  sweep: (owner: string) => Promise<unknown>,
): Promise<RunDirectory> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  // Removing what a job left takes more than a plain `rm`, and that is known there.
  const directories = await openWorkspaces({ root });

  async function sweepDead(): Promise<void> {
    for (const name of await readdir(root)) {
      const [, dead] = /^(.+)\.lock$/.exec(name) ?? [];
      if (dead === undefined || dead === 'all') continue;
      // Its lock is free as soon as its process is gone.
      const release = tryFileLock(join(root, name));
      if (!release) continue;
      try {
        await sweep(ownerOf(dead));
        const removal = await directories.remove(dead);
        if (removal.removed) await rm(join(root, name), { force: true });
      } finally {
        release();
      }
    }
  }

  const lock = join(root, lockName(id));
  const { path, release } = await withFileLock(
    join(root, lockName('all')),
    { timeoutMs: lockMs },
    async () => {
      await sweepDead();
      const taken = tryFileLock(lock);
      if (!taken) throw new Error(`the lock ${lock} is taken`);
      return { path: await directories.create(id), release: taken };
    },
  );
  let closing: Promise<void> | undefined;

  async function close(): Promise<void> {
    await directories.remove(id);
    release();
    await rm(lock, { force: true });
  }

  return {
    path,
    owner: ownerOf(id),
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function ownerOf(id: string): string {
  return `hookline-run-${id}`;
}
