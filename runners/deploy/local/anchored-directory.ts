import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readlink } from 'node:fs/promises';
import { posix } from 'node:path';
import { DeploymentRefusal } from '../deployment-refusal.ts';
import type { AllowedRoot } from '../look-up-local-deploy.ts';
import { isInside } from './is-inside.ts';
import { hasCode } from './system-error.ts';

/**
 * A directory held open. `entry(name)` is a path to something in it that stays right even if somebody swaps
 * the directory's name for a link meanwhile: it goes through the open descriptor (`/proc/self/fd`), which
 * is what openat(2) would do.
 */
export type AnchoredDirectory = {
  readonly handle: FileHandle;
  /** The directory's path with every link resolved. */
  readonly realPath: string;
  entry(name: string): string;
  close(): Promise<void>;
};

export type OpenAnchored = {
  readonly roots: readonly AllowedRoot[];
  /** Absolute and normalized. */
  readonly path: string;
  /** Make missing directories, mode 0755. */
  readonly create?: boolean;
};

const noFollow = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** As many links as the kernel follows in one path. */
const maxLinks = 40;

/**
 * Opens a directory component by component from an allowed root, and follows a link only when it leads to a
 * place inside an allowed root. A user whose scripts may write there can swap a directory for a link at any
 * moment; checking a path first and using it afterwards would let such a link through.
 *
 * Answers `undefined` when there is no such directory and none is to be made. Throws DeploymentRefusal
 * `not_allowed` for a way out of the roots, `install_failed` for a file where a directory is to be made.
 */
export async function openAnchored(options: OpenAnchored): Promise<AnchoredDirectory | undefined> {
  let path = options.path;
  for (let links = 0; links <= maxLinks; links += 1) {
    const walked = await walk(path, options);
    if (walked === undefined || 'handle' in walked) return walked;
    path = walked.linkTo;
  }
  throw new DeploymentRefusal('not_allowed', `${options.path} goes through too many symbolic links.`);
}

async function walk(
  path: string,
  { roots, path: asked, create }: OpenAnchored,
): Promise<AnchoredDirectory | { linkTo: string } | undefined> {
  const root = roots.find((each) => isInside(path, each.realPath) || isInside(path, each.path));
  if (!root) {
    const way = path === asked ? '' : `, since a symbolic link on the way leads to ${path}`;
    const allowed = roots.map((each) => each.path).join(', ');
    throw new DeploymentRefusal(
      'not_allowed',
      `${asked} is outside of the directories that HOOKLINE_LOCAL_DEPLOY allows${way}. Allowed: ${allowed}.`,
    );
  }
  const from = isInside(path, root.realPath) ? root.realPath : root.path;
  const names = path
    .slice(from.length)
    .split('/')
    .filter((name) => name !== '');
  let realPath = root.realPath;
  let handle = await open(realPath, noFollow);
  try {
    for (const [at, name] of names.entries()) {
      const entry = `/proc/self/fd/${handle.fd}/${name}`;
      const next = posix.join(realPath, name);
      let opened = await openDirectory(entry);
      if (opened === 'missing') {
        if (!create) return await leave(handle);
        await makeDirectory(entry);
        opened = await openDirectory(entry);
      }
      if (opened === 'missing' || opened === 'not a directory') {
        if (!(await lstat(entry)).isSymbolicLink()) {
          if (!create) return await leave(handle);
          throw new DeploymentRefusal('install_failed', `${next} is in the way: it is not a directory.`);
        }
        const linkTo = posix.resolve(realPath, await readlink(entry), ...names.slice(at + 1));
        await handle.close();
        return { linkTo };
      }
      const parent = handle;
      handle = opened;
      realPath = next;
      await parent.close();
    }
  } catch (error) {
    await handle.close();
    throw error;
  }
  const { fd } = handle;
  return {
    handle,
    realPath,
    entry: (name) => `/proc/self/fd/${fd}/${name}`,
    close: () => handle.close(),
  };
}

async function leave(handle: FileHandle): Promise<undefined> {
  await handle.close();
  return undefined;
}

async function openDirectory(entry: string): Promise<FileHandle | 'missing' | 'not a directory'> {
  try {
    return await open(entry, noFollow);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 'missing';
    if (hasCode(error, 'ENOTDIR', 'ELOOP')) return 'not a directory';
    throw error;
  }
}

async function makeDirectory(entry: string) {
  try {
    await mkdir(entry, 0o755);
  } catch (error) {
    // Somebody else was faster; what stands there now is looked at by the caller.
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}
