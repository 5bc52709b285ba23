import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Refusal } from '../../src/errors.ts';

export class WorkspaceRefusal extends Refusal<'bad-lease-id' | 'already-there'> {}

/** `leftovers`: what could not be deleted, at most a few paths, with the system's reason. */
export type Removal = { removed: true } | { removed: false; leftovers: readonly string[] };

/**
 * One folder per lease under a root that only this user can enter. A job may leave anything behind in it: deep
 * trees, folders without permissions, files of the container's root. Removing never follows a link and never
 * throws over what it cannot delete; what an unprivileged runner may not delete is reported, and tried again by
 * the next `sweep`.
 */
export type Workspaces = {
  /** The new, empty folder of a lease. */
  create(leaseId: string): Promise<string>;
  /** Gone already counts as removed. */
  remove(leaseId: string): Promise<Removal>;
  /** Removes every folder but those of the leases to keep. */
  sweep(keep: ReadonlySet<string>): Promise<Removal>;
};

export async function openWorkspaces(options: { root: string }): Promise<Workspaces> {
  const root = resolve(options.root);
  await mkdir(root, { recursive: true, mode: 0o700 });

  /**
   * Renamed first, so that the lease's name is free at once and a half deleted folder is never taken for one.
   * It stays in its parent: moving a folder elsewhere needs write permission on the folder itself.
   */
  async function remove(name: string): Promise<Removal> {
    if (name.startsWith(trashPrefix)) return await deleteTree(join(root, name));
    const trash = await mkdtemp(join(root, trashPrefix));
    try {
      await rename(join(root, name), trash);
    } catch (error) {
      await rm(trash, { recursive: true, force: true });
      if (isMissing(error)) return { removed: true };
      throw error;
    }
    return await deleteTree(trash);
  }

  return {
    async create(leaseId) {
      const path = join(root, checkLeaseId(leaseId));
      try {
        // Open to the container's user; the root above keeps everybody else out.
        await mkdir(path, { mode: 0o755 });
      } catch (error) {
        if (!isCode(error, 'EEXIST')) throw error;
        throw new WorkspaceRefusal('already-there', `The workspace ${path} exists already: remove it first.`);
      }
      return path;
    },
    remove: async (leaseId) => await remove(checkLeaseId(leaseId)),
    async sweep(keep) {
      const leftovers: string[] = [];
      for (const name of await readdir(root)) {
        if (keep.has(name)) continue;
        const removal = await remove(name);
        if (!removal.removed) leftovers.push(...removal.leftovers);
      }
      return leftovers.length === 0 ? { removed: true } : { removed: false, leftovers };
    },
  };
}

const trashPrefix = 'trash-';

function checkLeaseId(leaseId: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(leaseId) && !leaseId.startsWith(trashPrefix)) return leaseId;
  const given = JSON.stringify(leaseId.slice(0, 200));
  throw new WorkspaceRefusal(
    'bad-lease-id',
    `${given} cannot name a workspace: use letters, digits, ".", "_", "-".`,
  );
}

/**
 * `rm` walks with openat(2), so it deletes trees whose paths are longer than the system takes, which Node's own
 * `rm` cannot. Only when it fails are permissions mended, since that reads the whole tree once more.
 */
async function deleteTree(path: string): Promise<Removal> {
  const first = await run('rm', ['-rf', '--', path]);
  if (first === '') return { removed: true };
  await run('chmod', ['-R', 'u+rwX', '--', path]);
  const second = await run('rm', ['-rf', '--', path]);
  if (second === '') return { removed: true };
  return { removed: false, leftovers: second.trim().split('\n').slice(0, 5) };
}

/** What the program complained about; empty when it was content. */
async function run(program: string, args: readonly string[]): Promise<string> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    if (complaints.length < 8192) complaints += chunk.toString('utf8');
  });
  const { promise, resolve: settle, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('close', settle);
  const exitCode = await promise;
  return exitCode === 0 ? '' : complaints || `${program} ended with ${exitCode}`;
}

function isMissing(error: unknown): boolean {
  return isCode(error, 'ENOENT');
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
