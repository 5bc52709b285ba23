import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/log.ts';
import { createLimitSweep } from '../../../src/runs/limit-sweep.ts';
import { setClockGraceMs, watchClock } from '../../../src/runs/watch-clock.ts';

const hourMs = 3_600_000;

function clockByHand() {
  let nowMs = 1_700_000_000_000;
  let elapsedMs = 0;
  return {
    now: () => nowMs,
    elapsed: () => elapsedMs,
    pass(ms: number) {
      nowMs += ms;
      elapsedMs += ms;
    },
    set(byMs: number) {
      nowMs += byMs;
    },
  };
}

describe('a watched wall clock', () => {
  it('was never set while it goes as time does', () => {
    const clock = clockByHand();
    const sinceSetMs = watchClock(clock);
    for (const ms of [1_000, 25_000, hourMs]) {
      clock.pass(ms);
      expect(sinceSetMs()).toBe(Number.POSITIVE_INFINITY);
    }
  });

  it('tells how long ago it was set, forward or back', () => {
    const clock = clockByHand();
    const sinceSetMs = watchClock(clock);
    clock.set(hourMs);
    expect(sinceSetMs()).toBe(0);
    clock.pass(5_000);
    expect(sinceSetMs()).toBe(5_000);
    clock.set(-hourMs);
    expect(sinceSetMs()).toBe(0);
  });

  it('does not mind a clock that is slewed', () => {
    const clock = clockByHand();
    const sinceSetMs = watchClock(clock);
    for (let seconds = 0; seconds < 1_000; seconds += 1) {
      clock.pass(1_000);
      clock.set(1);
      expect(sinceSetMs()).toBe(Number.POSITIVE_INFINITY);
    }
  });

  it('ends no run by what it says before it has stood for a while', async () => {
    const clock = clockByHand();
    const deadlineMs = clock.now() + hourMs;
    const ended: string[] = [];
    const sweep = createLimitSweep(
      {
        ...clock,
        store: { change: async (runId) => void ended.push(runId) },
        limits: {
          overdueRuns: async (nowMs) => (nowMs >= deadlineMs && ended.length === 0 ? ['run'] : []),
          unclaimed: async () => [],
        },
        log: silentLog,
      },
      24 * hourMs,
    );
    clock.set(2 * hourMs);
    await sweep();
    clock.pass(25_000);
    await sweep();
    clock.set(-2 * hourMs);
    await sweep();
    clock.pass(hourMs - setClockGraceMs);
    await sweep();
    expect(ended).toEqual([]);
    clock.pass(setClockGraceMs);
    await sweep();
    expect(ended).toEqual(['run']);
  });
});
