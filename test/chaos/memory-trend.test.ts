import { describe, expect, it } from 'vitest';
import { memoryTrend } from './memory-trend.ts';

const samplesOf = (bytes: readonly number[]) =>
  bytes.map((each, index) => ({ webhooks: (index + 1) * 1_000, bytes: each }));

describe('the trend of memory', () => {
  it('is the slope for 10,000 webhooks, whatever it rose by while it warmed up', () => {
    const steady = [10, 300, 500, 700, 702, 704, 706, 708, 710, 712];
    expect(memoryTrend(samplesOf(steady))).toEqual({
      firstBytes: 700,
      lastBytes: 712,
      mostBytes: 712,
      slopeBytes: 20,
    });
  });

  it('is none where memory only wavers', () => {
    const wavers = [1, 1, 1, 700, 800, 700, 800, 700, 800, 700];
    expect(memoryTrend(samplesOf(wavers)).slopeBytes).toBeCloseTo(0);
  });
});
