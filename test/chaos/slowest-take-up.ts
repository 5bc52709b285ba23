import type { RunJson } from '../support/hookline-scene.ts';

/** From the moment an attempt was given up to the beginning of the next one, at most over all jobs; 0 when none was lost. */
export function slowestTakeUp(runs: readonly RunJson[]): number {
  const waits = runs
    .flatMap((run) => run.jobs)
    .flatMap(({ attempts }) =>
      attempts.slice(1).flatMap(({ queuedAt, startedAt }) => {
        return startedAt === undefined ? [] : [Date.parse(startedAt) - Date.parse(queuedAt)];
      }),
    );
  return Math.max(0, ...waits);
}
