import { describe, expect, it } from 'vitest';
import { newId } from '../../src/ids.ts';

describe('newId', () => {
  it('gives ids that sort in the order they were made, also within a millisecond', () => {
    const ids = Array.from({ length: 5_000 }, () => newId(1_700_000_000_000));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    expect(newId(1_700_000_000_001) > (ids.at(-1) ?? '')).toBe(true);
  });

  it('uses 26 characters that are safe everywhere', () => {
    for (let index = 0; index < 1_000; index += 1) {
      expect(newId(index * 1_000_003)).toMatch(/^[0-9a-hjkmnp-tv-z]{26}$/);
    }
  });
});
