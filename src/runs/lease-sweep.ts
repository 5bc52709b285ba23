import type { Log } from '../log.ts';
import type { LeaseStore, RunStore } from './run-store.ts';
import { transition } from './transition.ts';

/**
 * Between the end of a lease and its being taken away: room for the clocks of several controls to differ, and for
 * the runner, which stops at the end of the lease, to kill what it started.
 */
export const leaseGraceMs = 5_000;
const leasesPerTurn = 100;

/** Takes away the leases that ran out and moves their runs on. One turn of a loop. */
export function createLeaseSweep(
  ports: {
    store: Pick<RunStore, 'change'>;
    leases: Pick<LeaseStore, 'expired'>;
    now: () => number;
    log: Log;
  },
  leaseMs: number,
): () => Promise<'more' | 'idle'> {
  const { store, leases, now, log } = ports;
  const startedAtMs = now();

  return async () => {
    const nowMs = now();
    // Heartbeats that came in while control was down wait in the link: give them a lease's time to be taken first.
    if (nowMs - startedAtMs < leaseMs) return 'idle';
    const expired = await leases.expired(nowMs - leaseGraceMs, leasesPerTurn);
    for (const { runId, jobId, leaseId, attempt } of expired) {
      log.warn({ runId, jobId, attempt }, 'the lease ran out: the runner is taken to be lost');
      await store.change(runId, (run) => transition(run, { type: 'lease-expired', jobId, leaseId }, nowMs));
    }
    return expired.length === leasesPerTurn ? 'more' : 'idle';
  };
}
