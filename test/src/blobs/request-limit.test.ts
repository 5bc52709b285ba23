import { describe, expect, it } from 'vitest';
import { createRequestLimit } from '../../../src/blobs/request-limit.ts';

describe('a request limit', () => {
  it('lets so many in at once and the others in the order they came', async () => {
    const limit = createRequestLimit(2);
    const order: number[] = [];
    const leaves: (() => void)[] = [];
    const entries = [1, 2, 3, 4].map(async (caller) => {
      const leave = await limit.enter();
      order.push(caller);
      leaves.push(leave);
    });
    await Promise.all(entries.slice(0, 2));
    expect(order).toEqual([1, 2]);
    leaves[1]?.();
    await entries[2];
    expect(order).toEqual([1, 2, 3]);
    leaves[0]?.();
    await entries[3];
    expect(order).toEqual([1, 2, 3, 4]);
  });

  it('forgets a caller that was aborted while it waited, and loses no turn by it', async () => {
    const limit = createRequestLimit(1);
    const leave = await limit.enter();
    const abort = new AbortController();
    const aborted = limit.enter(abort.signal);
    const next = limit.enter();
    abort.abort('cancelled');
    await expect(aborted).rejects.toBe('cancelled');
    leave();
    (await next)();
    (await limit.enter())();
  });
});
