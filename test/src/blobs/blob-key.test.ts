import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertKey, assertPrefix } from '../../../src/blobs/blob-key.ts';
import { directoryLayout, fileOfKey } from '../../../src/blobs/directory-layout.ts';

describe('a blob key', () => {
  it('is refused with a message that names it and the rule', () => {
    expect(() => assertKey('a/../b')).toThrow(
      'The blob key "a/../b" cannot be used: it may not hold the segment "..".',
    );
    expect(() => assertKey('a b')).toThrow('may hold a-z, A-Z, 0-9');
    expect(() => assertKey('x'.repeat(5_000))).toThrow(/^.{0,200}$/);
  });

  it('that is taken never leads out of the directory, and no two lead to one file', () => {
    const layout = directoryLayout('/data');
    const segment = fc.stringMatching(/^[a-zA-Z0-9._+/%-]{1,12}$/);
    const isTaken = (key: string) => {
      try {
        assertKey(key);
        return true;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1 }), fc.array(segment, { minLength: 1 }), (a, b) => {
        const [one, other] = [a.join('/'), b.join('/')];
        if (!isTaken(one)) return;
        expect(fileOfKey(layout, one).startsWith('/data/objects/')).toBe(true);
        if (isTaken(other) && one !== other)
          expect(fileOfKey(layout, one)).not.toBe(fileOfKey(layout, other));
      }),
    );
  });

  it('may be listed by any beginning of it', () => {
    const key = 'runs/42/log.0001.ndjson';
    for (let length = 0; length <= key.length; length++) assertPrefix(key.slice(0, length));
  });
});
