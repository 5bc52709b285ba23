import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { breakerPerTarget } from '../../src/resting-breaker.ts';

class Refused extends Error {}
const away = () => Promise.reject(new Error('away'));
const refused = () => Promise.reject(new Refused('no'));
const answers = async () => 'sent';

function openBreakers() {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const breakerOf = breakerPerTarget((error) => !(error instanceof Refused));
  const fail = async (target: string, times: number, how = away) => {
    for (let time = 0; time < times; time += 1)
      await expect(breakerOf(target).execute(how)).rejects.toThrow();
  };
  return { breakerOf, fail };
}

describe('a breaker per target', () => {
  it('leaves a target alone that failed eight times in a row, and no other one', async () => {
    const { breakerOf, fail } = openBreakers();
    await fail('a', 8);
    await expect(breakerOf('a').execute(answers)).rejects.toThrow(/breaker is open/);
    expect(await breakerOf('b').execute(answers)).toBe('sent');
  });

  it('asks again after five seconds, whatever the clock says, and rests after one more failure', async () => {
    const { breakerOf, fail } = openBreakers();
    await fail('a', 8);
    vi.setSystemTime(Date.now() - 3_600_000);
    vi.advanceTimersByTime(5_000);
    await fail('a', 1);
    await expect(breakerOf('a').execute(answers)).rejects.toThrow(/breaker is open/);
    vi.advanceTimersByTime(5_000);
    expect(await breakerOf('a').execute(answers)).toBe('sent');
    await fail('a', 7);
    expect(await breakerOf('a').execute(answers)).toBe('sent');
  });

  it('takes a refusal for an answer', async () => {
    const { breakerOf, fail } = openBreakers();
    await fail('a', 20, refused);
    expect(await breakerOf('a').execute(answers)).toBe('sent');
  });
});
