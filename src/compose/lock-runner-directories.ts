import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tryFileLock } from '../file-lock.ts';
import type { Log } from '../log.ts';
import { DataDirectoryRefusal } from './data-directory.ts';

/** A predecessor whose `start` was killed gives its jobs back within a few seconds; one that hangs is killed then. */
const patienceMs = 20_000;
const lookMs = 50;

/**
 * Makes this process the only runner over the directories, for a runner that starts clears away whatever jobs it finds
 * there. Waits for the runner of a `hookline start` that was killed, which may still be ending; a runner that was
 * started by hand never waits, since the other one may have been as well.
 */
export async function lockRunnerDirectories(
  directories: readonly string[],
  options: { log: Log; signal: AbortSignal; isChild?: boolean },
): Promise<() => void> {
  const releases: (() => void)[] = [];
  for (const directory of directories) releases.push(await lockDirectory(directory, options));
  return () => {
    for (const release of releases) release();
  };
}

async function lockDirectory(
  directory: string,
  options: { log: Log; signal: AbortSignal; isChild?: boolean },
): Promise<() => void> {
  const { log, signal, isChild = process.channel !== undefined } = options;
  const pidFile = join(directory, 'pid');
  const startedAtMs = Date.now();
  for (let tries = 0; ; tries += 1) {
    signal.throwIfAborted();
    const release = tryFileLock(join(directory, 'lock'));
    if (release) {
      writeFileSync(pidFile, String(process.pid), { mode: 0o600 });
      return release;
    }
    if (!isChild) {
      const message = `another runner works in ${directory}; stop it, or set HOOKLINE_DATA_DIR`;
      throw new DataDirectoryRefusal('in-use', message);
    }
    if (tries === 0) log.warn('the runner of an earlier start is still ending; waiting for it');
    // It holds the lock, so it lives, and the id in the file is still its own.
    if (Date.now() - startedAtMs > patienceMs) process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
    await sleep(lookMs, undefined, { signal });
  }
}
