import { describe, expect, it, vi } from 'vitest';
import { letBurstPass } from '../../../src/sql/let-burst-pass.ts';

describe('what can wait lets a burst pass', () => {
  it('waits for nothing while few are under way', async () => {
    const underWay = vi.fn(() => 9);
    await letBurstPass(underWay);
    expect(underWay).toHaveBeenCalledTimes(1);
  });

  it('waits until the burst is over', async () => {
    const left = [50, 30, 10, 9];
    await letBurstPass(() => left.shift() ?? 0);
    expect(left).toEqual([]);
  });

  it('goes on in a burst that lasts', async () => {
    const underWay = vi.fn(() => 50);
    await letBurstPass(underWay);
    expect(underWay.mock.calls.length).toBeGreaterThan(2);
  });
});
