import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileErrorCode, unlessMissing } from './file-errors.ts';

/** Longer than any put takes: what is older was left by a machine that is gone. */
const staleAfterMs = 24 * 60 * 60 * 1000;

export interface Writer {
  readonly host: string;
  readonly pid: number;
}

export const thisWriter = (): Writer => ({
  host: hostname().replaceAll(/[^a-zA-Z0-9-]/g, '-'),
  pid: process.pid,
});

/** The name under which a body comes in; it says who writes it, for the sweep. */
export function incomingName(writer: Writer, id: string): string {
  return `${writer.host}.${writer.pid}.${id}`;
}

/**
 * Whether an incoming file's writer is gone. A pid says something only on its own host (a container counts as one),
 * and our own pid proves nothing either way, for a container's main process has the same pid after every restart.
 */
export function isAbandoned(
  name: string,
  ageMs: number,
  self: Writer,
  isAlive: (pid: number) => boolean,
): boolean {
  if (ageMs > staleAfterMs) return true;
  const [, host, pid] = /^(.*)\.(\d+)\.[^.]+$/.exec(name) ?? [];
  return host === self.host && pid !== undefined && Number(pid) !== self.pid && !isAlive(Number(pid));
}

/** Removes the incoming files of writers that are gone; resolves with their number. */
export async function sweepIncoming(folder: string, nowMs: number, signal?: AbortSignal): Promise<number> {
  const self = thisWriter();
  let removed = 0;
  for (const name of await readdir(folder)) {
    signal?.throwIfAborted();
    const path = join(folder, name);
    const found = await unlessMissing(stat(path));
    if (!found?.isFile() || !isAbandoned(name, nowMs - found.mtimeMs, self, isProcessAlive)) continue;
    await rm(path, { force: true });
    removed += 1;
  }
  return removed;
}

function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return fileErrorCode(error) !== 'ESRCH';
  }
}
