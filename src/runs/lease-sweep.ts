import type { Log } from '../log.ts';
import type { LeaseStore, RunStore } from './run-store.ts';
import { transition } from './transition.ts';

/** Between the end of a lease and its being taken away: room for the runner, which stops then, to kill what it started. */
export const leaseGraceMs = 5_000;
const leasesPerTurn = 100;

/**
 * Takes away the leases of which nothing is heard and moves their runs on. One turn of a loop.
 *
 * How long a lease was silent is seen, not calculated: it counts from when this process first saw its newest beat, on a
 * clock that nobody sets. So neither a wall clock that jumps nor the clocks of several controls that differ can end a
 * lease early or keep a lost one up; and heartbeats that came in while control was down have a lease's time to be taken.
 */
export function createLeaseSweep(
  ports: {
    store: Pick<RunStore, 'change'>;
    leases: Pick<LeaseStore, 'standing' | 'takeAway'>;
    now: () => number;
    /** Of a `Clock`. */
    elapsed: () => number;
    log: Log;
  },
  leaseMs: number,
): () => Promise<'more' | 'idle'> {
  const { store, leases, now, elapsed, log } = ports;
  let seen = new Map<string, { beat: number; sinceMs: number }>();

  return async () => {
    const lookedAtMs = elapsed();
    const standing = await leases.standing();
    // After the look, however long it took: what was seen was true before now.
    const sinceMs = elapsed();
    seen = new Map(
      standing.map(({ leaseId, beat }) => {
        const known = seen.get(leaseId);
        return [leaseId, known?.beat === beat ? known : { beat, sinceMs }];
      }),
    );
    const isSilent = (leaseId: string) =>
      lookedAtMs - (seen.get(leaseId)?.sinceMs ?? lookedAtMs) >= leaseMs + leaseGraceMs;
    const over = standing.filter(({ leaseId, isTakenAway }) => isTakenAway || isSilent(leaseId));
    const lost = await leases.takeAway(over.slice(0, leasesPerTurn));
    for (const { runId, jobId, leaseId, attempt } of lost) {
      log.warn({ runId, jobId, attempt }, 'the lease ran out: the runner is taken to be lost');
      await store.change(runId, (run) => transition(run, { type: 'lease-expired', jobId, leaseId }, now()));
    }
    return over.length > leasesPerTurn ? 'more' : 'idle';
  };
}
