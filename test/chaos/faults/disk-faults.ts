import { open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault, FaultsOf } from './fault.ts';

const chunk = Buffer.alloc(64 * 1024);

/** A blob store that takes nothing, and data directories without room. */
export const diskFaults: FaultsOf = ({ blobs, smallDisks }) => {
  const away: Fault = {
    name: 'blobs refused',
    targets: blobs === undefined ? [] : ['blobs'],
    weight: 2,
    lastsMs: [500, 6_000],
    // A file where the directory should be stops root as well, whom no permissions stop.
    async inject() {
      if (blobs === undefined) return async () => {};
      await rename(blobs, `${blobs}.away`);
      await writeFile(blobs, 'in the way');
      return async () => {
        await rm(blobs, { force: true });
        await rename(`${blobs}.away`, blobs);
      };
    },
  };
  const full: Fault = {
    name: 'disk full',
    targets: smallDisks,
    weight: 3,
    lastsMs: [1_000, 8_000],
    async inject({ target }) {
      const filler = join(target, 'filler');
      const stop = new AbortController();
      const filling = fill(filler, stop.signal);
      return async () => {
        stop.abort();
        await filling;
        await rm(filler, { force: true });
      };
    },
  };
  return [away, full];
};

/** Takes every byte that there is, and those that are given free meanwhile. */
async function fill(path: string, signal: AbortSignal): Promise<void> {
  const file = await open(path, 'a');
  try {
    let size = chunk.length;
    while (!signal.aborted) {
      const { bytesWritten } = await file.write(chunk, 0, size).catch(() => ({ bytesWritten: 0 }));
      if (bytesWritten > 0) continue;
      size = size > 1 ? Math.floor(size / 2) : chunk.length;
      if (size === chunk.length) await new Promise((resolve) => setTimeout(resolve, 10));
    }
  } finally {
    await file.close();
  }
}
