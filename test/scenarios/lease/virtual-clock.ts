import type { Clock } from '../../../src/clock.ts';

/** Time that passes only when it is told to: an hour of leases in the time that its code takes to run. */
export type VirtualClock = Clock & {
  /** Carries out everything that is due until `done`, or until `limitMs` have passed; says whether it was done. */
  runUntil(done: () => boolean, limitMs: number): Promise<boolean>;
};

type Timer = { atMs: number; order: number; run: () => void };

export function createVirtualClock(startMs: number): VirtualClock {
  const timers = new Set<Timer>();
  let nowMs = startMs;
  let order = 0;

  function next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of timers) {
      if (!first || timer.atMs < first.atMs || (timer.atMs === first.atMs && timer.order < first.order)) {
        first = timer;
      }
    }
    return first;
  }

  return {
    now: () => nowMs,
    elapsed: () => nowMs - startMs,
    after(delayMs, run) {
      order += 1;
      const timer = { atMs: nowMs + Math.max(0, Math.round(delayMs)), order, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async runUntil(done, limitMs) {
      const endMs = nowMs + limitMs;
      await settle();
      while (!done()) {
        const timer = next();
        if (!timer || timer.atMs > endMs) {
          nowMs = Math.max(nowMs, endMs);
          return false;
        }
        timers.delete(timer);
        nowMs = Math.max(nowMs, timer.atMs);
        timer.run();
        await settle();
      }
      return true;
    },
  };
}

/** Everything that follows from what was just done, as long as it waits for promises only. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** As one machine sees it: its wall clock stands elsewhere, and its timers die with its process. */
export type MachineClock = Clock & { setBack(byMs: number): void; stop(): void };

export function createMachineClock(clock: Clock, offsetMs: number): MachineClock {
  let offset = Math.round(offsetMs);
  let stopped = false;
  return {
    now: () => clock.now() + offset,
    elapsed: clock.elapsed,
    after: (delayMs, run) => clock.after(delayMs, () => stopped || run()),
    setBack(byMs) {
      offset -= Math.round(byMs);
    },
    stop() {
      stopped = true;
    },
  };
}
