import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMarkFinder } from '../../../runners/engine/docker/find-mark.ts';

const mark = Buffer.from('\x1eabab');

function find(chunks: Uint8Array[]) {
  const finder = createMarkFinder(mark);
  const before: Uint8Array[] = [];
  for (const [index, chunk] of chunks.entries()) {
    const search = finder(chunk);
    before.push(...search.before);
    if (search.found) {
      return {
        before: Buffer.concat(before).toString('latin1'),
        after: Buffer.concat([search.after, ...chunks.slice(index + 1)]).toString('latin1'),
      };
    }
  }
  return { before: Buffer.concat(before).toString('latin1'), after: undefined };
}

/** Few letters, so that beginnings of the mark come by often. */
const text = fc.string({ unit: fc.constantFrom('\x1e', 'a', 'b', 'x'), maxLength: 40 });

describe('the mark finder', () => {
  it('finds the first mark however the chunks are cut, and loses and adds no byte', () => {
    fc.assert(
      fc.property(text, text, fc.array(fc.nat(90), { maxLength: 12 }), (first, last, cuts) => {
        const whole = Buffer.from(`${first}${mark}${last}`);
        const at = whole.indexOf(mark);
        const places = [0, ...cuts.toSorted((a, b) => a - b), whole.length];
        const chunks = places.slice(1).map((end, index) => whole.subarray(places[index], end));
        expect(find(chunks)).toEqual({
          before: whole.subarray(0, at).toString('latin1'),
          after: whole.subarray(at + mark.length).toString('latin1'),
        });
      }),
    );
  });

  it('holds back only what may be the mark’s beginning', () => {
    const finder = createMarkFinder(mark);
    const handed = (chunk: string) => Buffer.concat(finder(Buffer.from(chunk)).before).toString('latin1');
    expect(handed('plain output')).toBe('plain output');
    expect(handed('more\x1eaba')).toBe('more');
    expect(handed('!')).toBe('\x1eaba!');
    expect(handed('\x1e')).toBe('');
    expect(handed('\x1ea')).toBe('\x1e');
  });
});
