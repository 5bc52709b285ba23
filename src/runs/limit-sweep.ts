import type { JobPlan } from '../../pipelines/plan.ts';
import type { Log } from '../log.ts';
import type { RunStore } from './run-store.ts';
import { labelsOf } from './runner-labels.ts';
import { transition } from './transition.ts';
import { setClockGraceMs, watchClock } from './watch-clock.ts';

/** PORT. What has taken, or waited, longer than it may. What is found is found again until the run says so. */
export type LimitStore = {
  /** Ids of the runs whose deadline has come, the longest overdue first. */
  overdueRuns(nowMs: number, limit: number): Promise<string[]>;
  /** Attempts that were queued before then and that nobody has claimed, the oldest first. */
  unclaimed(queuedBeforeMs: number, limit: number): Promise<Unclaimed[]>;
};

export type Unclaimed = { runId: string; jobId: string; attempt: number; plan: JobPlan };

/** After a time in which no control was there to answer them, runners get this long to claim what waits. */
const claimGraceMs = 10 * 60_000;
const perTurn = 100;

/** Ends the runs that are out of time and the jobs that nobody takes. One turn of a loop. */
export function createLimitSweep(
  ports: {
    store: Pick<RunStore, 'change'>;
    limits: LimitStore;
    now: () => number;
    /** Of a `Clock`. */
    elapsed: () => number;
    log: Log;
  },
  queueTimeoutMs: number,
): () => Promise<'more' | 'idle'> {
  const { store, limits, now, elapsed, log } = ports;
  const startedAtMs = elapsed();
  const sinceClockWasSetMs = watchClock(ports);

  async function endOverdue(nowMs: number): Promise<number> {
    const overdue = await limits.overdueRuns(nowMs, perTurn);
    for (const runId of overdue) {
      log.warn({ runId }, 'the run took longer than it may: it is stopped');
      await store.change(runId, (run) => transition(run, { type: 'overdue' }, nowMs));
    }
    return overdue.length;
  }

  async function endUnclaimed(nowMs: number): Promise<number> {
    if (elapsed() - startedAtMs < Math.min(claimGraceMs, queueTimeoutMs)) return 0;
    const unclaimed = await limits.unclaimed(nowMs - queueTimeoutMs, perTurn);
    for (const { runId, jobId, attempt, plan } of unclaimed) {
      log.warn({ runId, jobId, attempt }, 'nobody took the job in time: it is given up');
      const event = {
        type: 'unclaimed',
        jobId,
        attempt,
        limitMs: queueTimeoutMs,
        wanted: wanted(plan),
      } as const;
      await store.change(runId, (run) => transition(run, event, nowMs));
    }
    return unclaimed.length;
  }

  return async () => {
    if (sinceClockWasSetMs() < setClockGraceMs) return 'idle';
    const nowMs = now();
    const ended = Math.max(await endOverdue(nowMs), await endUnclaimed(nowMs));
    return ended === perTurn ? 'more' : 'idle';
  };
}

/** Who could have taken the job, and what to do so that somebody can. */
function wanted(plan: JobPlan): string {
  const isDeploy = plan.kind === 'deploy';
  const labels = labelsOf(plan);
  const whose =
    labels.length === 0 ? '' : ` with ${labels.length === 1 ? 'label' : 'labels'} ${labels.join(', ')}`;
  const keys = isDeploy ? 'HOOKLINE_DEPLOYER_PUBLIC_KEYS' : 'HOOKLINE_RUNNER_PUBLIC_KEYS';
  return `a ${isDeploy ? 'deployer' : 'runner'}${whose} and a free slot; see that one runs and that ${keys} names its key`;
}
