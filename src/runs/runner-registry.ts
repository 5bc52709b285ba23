import type { Presence, RunnerOrder, RunnerState } from '../contract/presence.ts';
import type { TicketQueue } from '../contract/ticket.ts';

/** Stands for every runner, also those that are not known yet. */
export const everyRunner = '*';

/**
 * PORT. Who carries out jobs: what each runner last said of itself, and what people ordered it to do. Orders hold over
 * restarts of the runner and of control until they are taken back. A runner's own order counts before that for all.
 */
export type RunnerRegistry = {
  /**
   * Keeps what a runner says, unless a later word of it is known: a repeated or reordered one changes nothing. Answers
   * the order that it is under.
   */
  note(heard: HeardPresence): Promise<RunnerOrder>;
  orderOf(runnerId: string): Promise<RunnerOrder>;
  /** Idempotent. `work` takes the order back. `runnerId` may be {@link everyRunner}. */
  give(runnerId: string, order: RunnerOrder, by: string, nowMs: number): Promise<void>;
  list(): Promise<KnownRunners>;
  /** Runners that were not heard for a month are known no more. */
  forget(nowMs: number): Promise<void>;
};

export type HeardPresence = Omit<Presence, 'publicKey' | 'place'> & {
  id: string;
  address: string;
  seenAtMs: number;
};

export type GivenOrder = { order: Exclude<RunnerOrder, 'work'>; by: string; atMs: number };

export type KnownRunners = {
  /** By name, then by id. */
  runners: KnownRunner[];
  /** The order for every runner. */
  all?: GivenOrder;
};

export type KnownRunner = {
  id: string;
  kind: TicketQueue;
  name: string;
  version: string;
  labels: readonly string[];
  slots: number;
  busy: number;
  engine?: string;
  /** As it said itself, when it was last heard. */
  state: RunnerState;
  seenAtMs: number;
  startedAtMs: number;
  order?: GivenOrder;
  jobs: RunnerJob[];
};

/** A job that the runner holds the lease of. */
export type RunnerJob = {
  jobId: string;
  jobName: string;
  runId: string;
  runNumber: number;
  repository: string;
  startedAtMs?: number;
};
