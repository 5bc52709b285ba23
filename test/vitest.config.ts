import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './run/longest-first.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What counts and ends the processes of this host, or works at its files as root, is by itself. */
const apart = ['test/runners/deploy/**/*.test.ts', 'test/runners/engine/process/**/*.test.ts'];

/**
 * `fast` and `fast-apart` need nothing but Node and git; `e2e` needs Redis, Docker or a browser. Starting a process of its
 * own for each file takes as long as a third of what is in them, so the files of `fast` follow each other in a few.
 */
export default defineConfig({
  root,
  test: {
    root,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'fast',
          root,
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'node_modules/**', ...apart],
          isolate: false,
          // Vitest leaves one processor to others by itself; of two that is half of all.
          maxWorkers: 3,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'fast-apart',
          root,
          include: apart,
          maxWorkers: 3,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          root,
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/global-setup.ts'],
          // Most of the time a file waits: for a container, a database that starts, a time limit.
          maxWorkers: 4,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
