import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { ArtifactRefusal, refusalOfFileError } from './artifact-refusal.ts';
import type { FileEntry } from './zip-entry.ts';

/** O_NONBLOCK, since opening what has become a pipe would otherwise wait for a writer that never comes. */
const SAFE_READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Opens a file of a workspace and makes sure that it is still the regular file of the size that was found. */
export function openEntry(entry: FileEntry): number {
  let descriptor: number;
  try {
    descriptor = openSync(entry.path, SAFE_READ);
  } catch (error) {
    throw refusalOfFileError(error, entry.name);
  }
  try {
    checkUnchanged(descriptor, entry);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

export function checkUnchanged(descriptor: number, entry: FileEntry): void {
  const now = fstatSync(descriptor);
  if (!now.isFile()) {
    throw new ArtifactRefusal(
      'file-changed',
      `${entry.name} is no longer a regular file; let nothing write to the workspace after the last step`,
    );
  }
  if (now.size !== entry.sizeBytes) throw sizeChanged(entry.name, entry.sizeBytes, now.size);
}

/** Fills `into` from `position`; the file ending before that is an error. */
export function readFully(descriptor: number, into: Uint8Array, position: number, name: string): void {
  let filled = 0;
  while (filled < into.length) {
    const count = readSync(descriptor, into, filled, into.length - filled, position + filled);
    if (count === 0) throw sizeChanged(name, position + into.length, position + filled);
    filled += count;
  }
}

/** Reads all of a file into `buffer`, which has room for one byte more than the file, by which growth shows. */
export function readEntry(entry: FileEntry, buffer: Uint8Array): Uint8Array {
  const descriptor = openEntry(entry);
  try {
    let filled = 0;
    for (;;) {
      const count = readSync(descriptor, buffer, filled, entry.sizeBytes + 1 - filled, filled);
      filled += count;
      if (filled > entry.sizeBytes) throw sizeChanged(entry.name, entry.sizeBytes, filled);
      if (count === 0 || filled === entry.sizeBytes) break;
    }
    if (filled < entry.sizeBytes) throw sizeChanged(entry.name, entry.sizeBytes, filled);
    return buffer.subarray(0, filled);
  } finally {
    closeSync(descriptor);
  }
}

function sizeChanged(name: string, expectedBytes: number, foundBytes: number): ArtifactRefusal {
  const what = foundBytes > expectedBytes ? 'grew' : 'shrank';
  return new ArtifactRefusal(
    'file-changed',
    `${name} ${what} while it was packed (${expectedBytes} bytes expected, ${foundBytes} found); let nothing write to the workspace after the last step`,
  );
}
