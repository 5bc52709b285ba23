import type { DeliveryJson, RunJson } from '../support/hookline-scene.ts';

/** How long the slowest of each kind took, in ms; 0 where there was none. */
export type Slowest = {
  /** From the first 202 to the run. */
  planningMs: number;
  /** From the end of an attempt that was lost to the beginning of the next one. */
  takeUpMs: number;
  /** From an attempt's ticket to its first step, the first attempts alone. */
  startMs: number;
};

/** By the service's own history. */
export function slowestOf(deliveries: readonly DeliveryJson[], runs: readonly RunJson[]): Slowest {
  const received = new Map(deliveries.map(({ id, receivedAt }) => [id, Date.parse(receivedAt)]));
  const planning = runs.map(({ deliveryId, createdAt }) => {
    const createdAtMs = Date.parse(createdAt);
    return createdAtMs - (received.get(deliveryId) ?? createdAtMs);
  });
  const jobs = runs.flatMap((run) => run.jobs);
  const waitOf = (attempt: RunJson['jobs'][number]['attempts'][number] | undefined): number[] =>
    attempt?.startedAt === undefined ? [] : [Date.parse(attempt.startedAt) - Date.parse(attempt.queuedAt)];
  return {
    planningMs: Math.max(0, ...planning),
    takeUpMs: Math.max(0, ...jobs.flatMap(({ attempts }) => attempts.slice(1).flatMap(waitOf))),
    startMs: Math.max(0, ...jobs.flatMap(({ attempts }) => waitOf(attempts[0]))),
  };
}
