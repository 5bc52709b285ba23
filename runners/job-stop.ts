import type { Clock } from '../src/clock.ts';
import type { Reason } from '../src/contract/job-event.ts';
import type { HeldLease } from './lease/held-lease.ts';

/**
 * Why a job is being stopped. `cancel` and `timeout` leave time for the step to end by itself and for steps that
 * run `always`; `limit` kills the step, as what is used up is used up further meanwhile; the others mean that the result
 * is not wanted any more: everything is ended at once, the log too.
 */
export type JobStopReason = 'cancel' | 'timeout' | 'limit' | 'fenced' | 'lost' | 'handed-back';

export type JobStop = {
  /** How long the job may take. */
  readonly timeoutMs: number;
  readonly reason: JobStopReason | undefined;
  /** Aborts with the first reason, whichever it is. */
  readonly begun: AbortSignal;
  /** Aborts when everything must end at once. */
  readonly atOnce: AbortSignal;
  handBack(): void;
  /** Ends the job as a failure for this reason. */
  overLimit(limit: Reason): void;
  /** There when that is what stopped it. */
  readonly limit: Reason | undefined;
  close(): void;
};

/** `always` steps and the collecting of what a cancelled job left may take this long, then it is killed. */
const lastWordsMs = 5 * 60_000;

export function watchForStop(lease: Pick<HeldLease, 'onStop'>, timeoutMs: number, clock: Clock): JobStop {
  const begun = new AbortController();
  const atOnce = new AbortController();
  let reason: JobStopReason | undefined;
  let limit: Reason | undefined;
  let callOff = clock.after(timeoutMs, () => stop('timeout'));

  function stop(why: JobStopReason): void {
    const gentle = why === 'cancel' || why === 'timeout' || why === 'limit';
    if (reason === undefined || !gentle) reason = why;
    if (!gentle) atOnce.abort(new Error(why));
    if (begun.signal.aborted) return;
    callOff();
    if (gentle) callOff = clock.after(lastWordsMs, () => atOnce.abort(new Error(why)));
    begun.abort(new Error(why));
  }

  lease.onStop(stop);
  return {
    timeoutMs,
    get reason() {
      return reason;
    },
    begun: begun.signal,
    atOnce: atOnce.signal,
    get limit() {
      return reason === 'limit' ? limit : undefined;
    },
    handBack: () => stop('handed-back'),
    overLimit(reached) {
      if (begun.signal.aborted) return;
      limit = reached;
      stop('limit');
    },
    close: () => callOff(),
  };
}
