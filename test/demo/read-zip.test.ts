import { describe, expect, it } from 'vitest';
import { readZip } from './read-zip.ts';

/** `a.txt` holding "hello", stored, put together by hand after the specification. */
const zip = Buffer.from(
  '504b03040a0000000000000021008' +
    '6a6103605000000050000000500000061' +
    '2e74787468656c6c6f' +
    '504b01021e030a00000000000000210086a610360500000005000000050000000000000001000000a48100000000' +
    '612e747874' +
    '504b0506000000000100010033000000280000000000',
  'hex',
);

describe('reading a zip', () => {
  it('answers the files by name', () => {
    expect([...readZip(zip)].map(([name, content]) => [name, String(content)])).toEqual([['a.txt', 'hello']]);
  });

  it('refuses a zip whose content was changed, and what is none', () => {
    const changed = Buffer.from(zip);
    changed[zip.indexOf('hello')] = 0;
    expect(() => readZip(changed)).toThrow('a.txt in the zip is not what its checksum says');
    expect(() => readZip(Buffer.from('hello'))).toThrow('this is no zip');
  });
});
