import type { Clock } from '../clock.ts';

/** A clock that was just set may be set again: nothing is begun or ended by what it says before it stood this long. */
export const setClockGraceMs = 60_000;
/** More than a clock that is only slewed gets ahead or behind between two looks. */
const leastStepMs = 2_000;

/**
 * Tells how long ago the wall clock was last seen to be set: to go otherwise than time itself between two calls, or
 * while the machine was suspended. Infinity when it never was.
 */
export function watchClock({ now, elapsed }: Pick<Clock, 'now' | 'elapsed'>): () => number {
  let offsetMs = now() - elapsed();
  let steppedAtMs = Number.NEGATIVE_INFINITY;
  return () => {
    const nowMs = now();
    const elapsedMs = elapsed();
    if (Math.abs(nowMs - elapsedMs - offsetMs) >= leastStepMs) steppedAtMs = elapsedMs;
    offsetMs = nowMs - elapsedMs;
    return elapsedMs - steppedAtMs;
  };
}
