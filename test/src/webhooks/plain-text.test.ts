import { describe, expect, it } from 'vitest';
import { messageFrom, titleFrom } from '../../../src/webhooks/plain-text.ts';

describe('text of strangers', () => {
  it('gives its first line as a title', () => {
    expect(titleFrom('\n  Subject \r\nBody')).toBe('Subject');
    expect(titleFrom('')).toBe('');
    expect(titleFrom('red \u001b[31m and \u009bmore')).toBe('red  [31m and  more');
  });

  it('is cut where a list or a row ends', () => {
    expect(titleFrom('x'.repeat(10_000))).toMatch(/^x{249}…$/);
    expect(messageFrom('x'.repeat(100_000))).toHaveLength(16_000);
  });

  it('never keeps what a database cannot store: NUL and half characters', () => {
    expect(titleFrom('a\0b\ud800c')).toBe('ab\ufffdc');
    const cutInEmoji = messageFrom(`${'x'.repeat(15_998)}😀😀`);
    expect(cutInEmoji.isWellFormed()).toBe(true);
  });
});
