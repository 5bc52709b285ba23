import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { newSeed } from '../contract/keys.ts';
import { messageOf, Refusal } from '../errors.ts';
import { tryFileLock } from '../file-lock.ts';

export class DataDirectoryRefusal extends Refusal<'not-writable' | 'in-use'> {}

export type DataDirectory = {
  readonly root: string;
  /** A directory below, made when it is missing and open to this user alone. */
  readonly path: (name: string) => string;
  /** The key in that file, made at the first call. */
  readonly key: (name: string) => string;
};

/**
 * The directory that holds everything which is not elsewhere. Others may pass through it (a deployment's scripts
 * run as other users) but see nothing: each directory below decides for itself.
 */
export function openDataDirectory(dataDir: string): DataDirectory {
  const root = resolve(dataDir);
  const guard = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      const remedy = 'set HOOKLINE_DATA_DIR to a directory that this user may write to';
      throw new DataDirectoryRefusal('not-writable', `${root}: ${messageOf(error)}; ${remedy}`);
    }
  };
  guard(() => {
    mkdirSync(root, { recursive: true, mode: 0o711 });
    const probe = join(root, `.probe-${process.pid}`);
    writeFileSync(probe, '');
    rmSync(probe);
  });
  return {
    root,
    path: (name) =>
      guard(() => {
        const path = join(root, name);
        mkdirSync(path, { recursive: true, mode: 0o700 });
        return path;
      }),
    key: (name) => guard(() => keyIn(join(root, name))),
  };
}

function keyIn(file: string): string {
  try {
    writeFileSync(file, newSeed(), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readFileSync(file, 'utf8').trim();
}

/** Keeps a second `hookline start` off the same directory, until the returned function is called or this process ends. */
export function lockDataDirectory(directory: DataDirectory): () => void {
  const release = tryFileLock(join(directory.root, 'hookline.lock'));
  if (release) return release;
  const message = `${directory.root} is in use by another hookline; stop it, or set HOOKLINE_DATA_DIR`;
  throw new DataDirectoryRefusal('in-use', message);
}
