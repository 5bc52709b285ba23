import { describe, expect, it } from 'vitest';
import { createRecordReader } from '../../../runners/engine/docker/read-record.ts';

const mark = `\x1e${'0'.repeat(31)}1`;
const bytes = (text: string) => Buffer.from(text);

describe('the record reader', () => {
  it('reads the code, the count of kills and the peak, however they are cut', () => {
    const reader = createRecordReader(mark);
    const record = `${mark} 137 2 1048576\n`;
    for (const letter of record.slice(0, -1)) expect(reader(bytes(letter))).toBeUndefined();
    expect(reader(bytes('\n'))).toEqual({ code: 137, oomKills: 2, peakBytes: 2 ** 20 });
  });

  it('passes over the shell’s remarks and the records of other steps', () => {
    const reader = createRecordReader(mark);
    expect(reader(bytes(`Killed\n\x1e${'f'.repeat(32)} 0 0 0\n`))).toBeUndefined();
    for (let n = 0; n < 100; n += 1) expect(reader(bytes('noise '.repeat(1_000)))).toBeUndefined();
    expect(reader(bytes(`more${mark} 1 0 0\n`))).toEqual({ code: 1, oomKills: 0, peakBytes: 0 });
  });
});
