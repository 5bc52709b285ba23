import { onTestFinished } from 'vitest';
import type { JobEvent } from '../../src/contract/job-event.ts';
import type { CommandLog } from '../../src/runs/command.ts';
import type { RecoveryStore } from '../../src/runs/delivery-log.ts';
import type { DeliveryQueue } from '../../src/runs/delivery-queue.ts';
import type { History } from '../../src/runs/history.ts';
import type { LimitStore } from '../../src/runs/limit-sweep.ts';
import type { StatusBefore } from '../../src/runs/notification.ts';
import type { Outbox } from '../../src/runs/outbox.ts';
import type { ProvenanceStore } from '../../src/runs/provenance.ts';
import type { ReplayDelivery } from '../../src/runs/replay-delivery.ts';
import type { RetentionStore } from '../../src/runs/retention.ts';
import type { Run } from '../../src/runs/run.ts';
import type { LeaseStore, RunStore } from '../../src/runs/run-store.ts';
import { type RunEvent, transition } from '../../src/runs/transition.ts';
import type { Inbox } from '../../src/webhooks/inbox.ts';
import { buildPlan, jobId, newRun, sampleDelivery, sampleLease } from '../src/runs/sample-run.ts';

/** Everything of the service that one database holds. */
export type Stores = {
  store: RunStore;
  leases: LeaseStore;
  limits: LimitStore;
  outbox: Outbox;
  commands: CommandLog;
  inbox: Inbox & DeliveryQueue;
  history: History;
  recovery: RecoveryStore;
  statusBefore: StatusBefore;
  replay: ReplayDelivery;
  retention: RetentionStore;
  provenance: ProvenanceStore;
  /** What the stores take the time from. */
  setNow(nowMs: number): void;
  /** Another process over the same data; everything that was not written down is gone. */
  reopen(): Promise<Stores>;
  close(): Promise<void>;
};

export const settled = { outcome: 'runs', settledAtMs: 1_500 } as const;

/** The stores of one test, closed after it. */
export async function opened(open: () => Promise<Stores>): Promise<Stores> {
  const stores = await open();
  onTestFinished(() => stores.close());
  return stores;
}

/** A run of `a` and `b`, which needs `a`, as the first of its repository. */
export async function withRun(open: () => Promise<Stores>): Promise<Stores> {
  const stores = await opened(open);
  await stores.inbox.record(sampleDelivery('delivery'));
  await stores.store.settleDelivery('delivery', settled, [newRun([buildPlan('a'), buildPlan('b', ['a'])])]);
  return stores;
}

/** For suites that need runs of their own: one run per name, each from a delivery of its own. */
export async function addRuns(
  stores: Stores,
  ids: readonly string[],
  sha?: (id: string) => string,
): Promise<Run[]> {
  const runs: Run[] = [];
  for (const id of ids) {
    await stores.inbox.record(sampleDelivery(`d-${id}`));
    const change = sha ? { sha: sha(id) } : {};
    const run = newRun([buildPlan('a')], { id, deliveryId: `d-${id}`, change });
    runs.push(...(await stores.store.settleDelivery(`d-${id}`, settled, [run])));
  }
  return runs;
}

/** Moves the run of `withRun`. */
export const move = (stores: Stores, event: RunEvent, nowMs = 5_000) =>
  stores.store.change('run', (run) => transition(run, event, nowMs));
export const claim = (lease: string, attempt = 1): RunEvent => ({
  type: 'claimed',
  jobId: jobId('run', 'a'),
  attempt,
  lease: sampleLease(lease),
});
export const report = (leaseId: string, seq: number, body: JobEvent): RunEvent => ({
  type: 'reported',
  jobId: jobId('run', 'a'),
  leaseId,
  seq,
  body,
});

export const succeeded: Extract<JobEvent, { type: 'job.finished' }> = {
  type: 'job.finished',
  at: 9,
  outcome: 'success',
  logLines: 0,
  logBytes: 0,
  logCut: false,
};
