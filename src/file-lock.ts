import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { Refusal } from './errors.ts';

export class LockRefusal extends Refusal<'timeout'> {}

export type FileLockOptions = { timeoutMs: number; signal?: AbortSignal | undefined };

const lastInProcess = new Map<string, Promise<void>>();

/**
 * Runs `work` while no other holder of the same lock file, in this process or another on this machine, runs.
 * Node has no flock(2), but SQLite locks its database file through the kernel, so the lock of a process that
 * was killed is free at once and never has to be guessed stale. Waiters of one process queue up in order.
 */
export async function withFileLock<T>(path: string, options: FileLockOptions, work: () => Promise<T>) {
  const before = lastInProcess.get(path) ?? Promise.resolve();
  const mine = Promise.withResolvers<void>();
  const tail = before.then(() => mine.promise);
  lastInProcess.set(path, tail);
  const signal = AbortSignal.any([
    AbortSignal.timeout(options.timeoutMs),
    ...(options.signal ? [options.signal] : []),
  ]);
  try {
    await orAbort(before, signal);
    const release = await lockFile(path, signal);
    try {
      return await work();
    } finally {
      release();
    }
  } catch (error) {
    if (signal.aborted && error === signal.reason && !options.signal?.aborted) {
      throw new LockRefusal('timeout', `the lock ${path} was not free after ${options.timeoutMs} ms.`);
    }
    throw error;
  } finally {
    mine.resolve();
    if (lastInProcess.get(path) === tail) lastInProcess.delete(path);
  }
}

/** Polls, because no event tells that another process let go. */
async function lockFile(path: string, signal: AbortSignal): Promise<() => void> {
  for (;;) {
    signal.throwIfAborted();
    const release = tryFileLock(path);
    if (release) return release;
    await wait(15, undefined, { signal }).catch(() => {});
  }
}

/** The lock at once, or nothing when another process holds it. The file itself stays empty. */
export function tryFileLock(path: string): (() => void) | undefined {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
    return () => database.close();
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5;
}

async function orAbort(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    aborted.promise.catch(() => {});
  }
}
