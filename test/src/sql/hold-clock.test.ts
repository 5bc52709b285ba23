import { describe, expect, it } from 'vitest';
import { createHoldClock } from '../../../src/sql/hold-clock.ts';

const hourMs = 3_600_000;

/** A process beside a database: each has a wall clock of its own, time passes for both. */
function scene() {
  let passedMs = 0;
  let aheadMs = 0;
  let asked = 0;
  const state = { away: false, slowMs: 0 };
  return {
    state,
    clock: { now: () => 1_000_000 + passedMs + aheadMs, elapsed: () => passedMs },
    databaseNow: () => 5_000_000 + passedMs,
    askDatabase: async () => {
      asked += 1;
      if (state.away) throw new Error('the database is away');
      const answer = 5_000_000 + passedMs;
      passedMs += state.slowMs;
      return answer;
    },
    asked: () => asked,
    pass(ms: number) {
      passedMs += ms;
    },
    set(byMs: number) {
      aheadMs += byMs;
    },
  };
}

describe('the time by which holds are counted', () => {
  it('goes on evenly where a process has its database to itself, whatever its wall clock is set to', async () => {
    const { clock, pass, set } = scene();
    const holdNow = createHoldClock(clock);
    const startMs = await holdNow();
    expect(startMs).toBe(clock.now());
    for (const ms of [2 * hourMs, -5 * hourMs]) {
      set(ms);
      pass(1_000);
    }
    expect((await holdNow()) - startMs).toBe(2_000);
  });

  it('is that of the database where several processes share one', async () => {
    const { clock, askDatabase, databaseNow, pass, set, asked } = scene();
    const holdNow = createHoldClock(clock, askDatabase);
    expect(await holdNow()).toBe(databaseNow());
    set(2 * hourMs);
    pass(500);
    expect(await holdNow()).toBe(databaseNow());
    const before = asked();
    pass(9_000);
    await holdNow();
    expect(asked()).toBe(before);
    pass(2_000);
    expect(await holdNow()).toBe(databaseNow());
    expect(asked()).toBe(before + 1);
  });

  it('is known without the database once it was asked, and not believed when the answer was long on its way', async () => {
    const { clock, askDatabase, databaseNow, pass, state } = scene();
    const holdNow = createHoldClock(clock, askDatabase);
    state.away = true;
    await expect(holdNow()).rejects.toThrow('away');
    state.away = false;
    await holdNow();
    state.away = true;
    pass(60_000);
    expect(await holdNow()).toBe(databaseNow());
    state.away = false;
    state.slowMs = 8_000;
    expect(await holdNow()).toBe(databaseNow());
  });
});
