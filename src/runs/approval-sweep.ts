import type { Log } from '../log.ts';
import type { RunStore } from './run-store.ts';
import { transition } from './transition.ts';
import { setClockGraceMs, watchClock } from './watch-clock.ts';

const jobsPerTurn = 100;

/** Ends the jobs that nobody approved in time. One turn of a loop: the store alone knows what is due. */
export function createApprovalSweep(ports: {
  store: Pick<RunStore, 'change' | 'unapproved'>;
  now: () => number;
  /** Of a `Clock`. */
  elapsed: () => number;
  log: Pick<Log, 'info'>;
}): () => Promise<'more' | 'idle'> {
  const sinceClockWasSetMs = watchClock(ports);
  return async () => {
    if (sinceClockWasSetMs() < setClockGraceMs) return 'idle';
    const nowMs = ports.now();
    const late = await ports.store.unapproved(nowMs, jobsPerTurn);
    for (const { runId, jobId } of late) {
      ports.log.info({ runId, jobId }, 'nobody approved the job in time');
      await ports.store.change(runId, (run) => transition(run, { type: 'gate-expired', jobId }, nowMs));
    }
    return late.length === jobsPerTurn ? 'more' : 'idle';
  };
}
