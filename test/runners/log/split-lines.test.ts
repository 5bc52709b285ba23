import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineSplitter, maxLineLength } from '../../../runners/log/split-lines.ts';

function split(bytes: Uint8Array, sizes: readonly number[]): string[] {
  const splitter = createLineSplitter();
  const lines: string[] = [];
  let at = 0;
  for (let piece = 0; at < bytes.length; piece += 1) {
    const size = Math.max(1, sizes[Math.min(piece, sizes.length - 1)] ?? 1);
    lines.push(...splitter.write(bytes.subarray(at, at + size)));
    at += size;
  }
  return [...lines, ...splitter.end()];
}

const lines = (text: string, sizes: number[] = [100_000]) => split(Buffer.from(text), sizes);

describe('the line splitter', () => {
  it('gives the same lines however the bytes are cut', () => {
    const bytes = fc
      .array(fc.constantFrom('a', 'ä', '🚀', '\n', '\r', '\r\n', ' '), { maxLength: 40 })
      .map((parts) => Buffer.from(parts.join('')));
    fc.assert(
      fc.property(bytes, fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), (all, sizes) => {
        expect(split(all, sizes)).toEqual(split(all, [100_000]));
      }),
      { numRuns: 1_000 },
    );
  });

  it('ends lines with or without a carriage return, and the last one without anything', () => {
    expect(lines('one\ntwo\r\n\nthree')).toEqual(['one', 'two', '', 'three']);
    expect(lines('')).toEqual([]);
    expect(lines('\n')).toEqual(['']);
  });

  it('shows of a progress bar what a terminal would show at the end', () => {
    expect(lines('10%\r20%\r100%\ndone\n')).toEqual(['100%', 'done']);
    expect(lines('10%\r20%\r\n')).toEqual(['20%']);
    expect(lines('10%\r20%\r')).toEqual(['20%']);
    expect(lines('10%\r20%\r', [1])).toEqual(['20%']);
  });

  it('makes one line of a progress bar of any length', () => {
    const bar = Array.from({ length: 20_000 }, (_, index) => `\r[${'#'.repeat(50)}] ${index}`).join('');
    expect(lines(`${bar}\n`, [8_192])).toEqual([`[${'#'.repeat(50)}] 19999`]);
  });

  it('writes what is no UTF-8 as replacement characters', () => {
    expect(split(Buffer.from([0x61, 0xff, 0x62, 0x0a, 0xc3]), [1])).toEqual(['a\ufffdb', '\ufffd']);
  });

  it('cuts long lines, never through a character, and loses none of it', () => {
    const long = `a${'🚀'.repeat(maxLineLength)}`;
    for (const sizes of [[100_000], [999]]) {
      const parts = lines(`${long}\nnext\n`, sizes);
      expect(parts.pop()).toBe('next');
      expect(parts.join('')).toBe(long);
      for (const part of parts) {
        expect(part.length).toBeLessThanOrEqual(maxLineLength);
        expect(part.isWellFormed()).toBe(true);
      }
    }
  });

  it('holds no more than a line of 200 MB that never end', () => {
    const splitter = createLineSplitter();
    const chunk = Buffer.alloc(64 * 1024, 'x');
    let count = 0;
    const before = process.memoryUsage.rss();
    for (let written = 0; written < 200 * 1024 * 1024; written += chunk.length) {
      for (const line of splitter.write(chunk)) count += line.length;
    }
    for (const line of splitter.end()) count += line.length;
    expect(count).toBe(200 * 1024 * 1024);
    expect(process.memoryUsage.rss() - before).toBeLessThan(150 * 1024 * 1024);
  });
});
