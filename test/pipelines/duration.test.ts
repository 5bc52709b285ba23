import { describe, expect, it } from 'vitest';
import { isTimeout, parseDuration } from '../../pipelines/duration.ts';

describe('durations', () => {
  it.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['1h1m1s', 3_661_000],
    ['0s', 0],
  ])('%s is %d milliseconds', (text, durationMs) => {
    expect(parseDuration(text)).toBe(durationMs);
  });

  it.each(['', '90', '1.5h', '30m1h', '-5m', '5 m', '1H', '1d', '٣m', '5m\n'])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('a timeout is more than nothing and at most a day', () => {
    expect(['0s', '1s', '24h', '24h1s', '86400s'].map(isTimeout)).toEqual([false, true, true, false, true]);
  });
});
