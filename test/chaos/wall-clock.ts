import { existsSync, globSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import type { HooklineSettings } from '../support/hookline-process.ts';

/** The wall clock of one process, which can be set while it runs. What passes, its timers, stay as they are. */
export type WallClock = {
  /** With these in its environment a process has this clock. */
  readonly settings: HooklineSettings;
  /** Seen by the process within a second. */
  set(aheadMs: number): Promise<void>;
};

/** By libfaketime (Debian's package `faketime`); none where it is not installed. */
export async function openWallClock(file: string): Promise<WallClock | undefined> {
  const [library] = globSync('/usr/lib{,64,/*-linux-gnu*}/faketime/libfaketimeMT.so.1');
  if (library === undefined) return undefined;
  const set = (aheadMs: number) =>
    writeFile(file, `${aheadMs < 0 ? '-' : '+'}${Math.round(Math.abs(aheadMs) / 1_000)}\n`);
  await set(0);
  return {
    set,
    settings: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      // Looking at the file at each call would make it a hundred times as slow as it is without; so it costs 1 µs.
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    },
  };
}

/** What the library leaves behind of processes that were killed: each has a piece of shared memory of its own. */
export async function removeClocksOfDead(): Promise<void> {
  for (const path of globSync('/dev/shm/{faketime_shm,sem.faketime_sem}_*')) {
    const pid = path.slice(path.lastIndexOf('_') + 1);
    if (!existsSync(`/proc/${pid}`)) await rm(path, { force: true });
  }
}
