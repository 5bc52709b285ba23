/** The first time of an expression after an instant, in milliseconds; undefined when there is none. */
export type NextTime = (afterMs: number) => number | undefined;

export type ScheduleTurn = {
  /** When to look again; undefined for never. */
  nextDueAtMs: number | undefined;
  /** Absent: nothing is built this time. */
  fire?: {
    dueAtMs: number;
    /** The first of the times that this one makes up for. */
    missedSinceMs?: number;
  };
};

/**
 * A time that passed no longer ago than this is built all the same: a restart, an update or a busy minute must cost
 * nobody his nightly build.
 */
const lateMs = 60 * 60_000;

/**
 * What is to be done about a schedule whose time has come. Pure. However many times passed while nobody was there, at
 * most one run comes of it: the last of them if it is still fresh, else the first if the schedule says `once`.
 */
export function scheduleTurn(
  { dueAtMs, missed }: { dueAtMs: number; missed: 'skip' | 'once' },
  nowMs: number,
  next: NextTime,
): ScheduleTurn {
  const nextDueAtMs = next(nowMs);
  const last = lastTime(Math.max(dueAtMs, nowMs - lateMs), nowMs, next);
  if (last === undefined) {
    return missed === 'skip' ? { nextDueAtMs } : { nextDueAtMs, fire: { dueAtMs, missedSinceMs: dueAtMs } };
  }
  const madeUpFor = missed === 'once' && last !== dueAtMs ? { missedSinceMs: dueAtMs } : {};
  return { nextDueAtMs, fire: { dueAtMs: last, ...madeUpFor } };
}

/** The last time of an expression from one instant to another, both included. */
function lastTime(fromMs: number, toMs: number, next: NextTime): number | undefined {
  let last: number | undefined;
  for (let time = next(fromMs - 1); time !== undefined && time <= toMs; time = next(time)) last = time;
  return last;
}
