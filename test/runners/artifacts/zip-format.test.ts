import { describe, expect, it } from 'vitest';
import { parseDirectory, parseEnd, parseZip64End } from '../../../runners/artifacts/zip-directory.ts';
import * as format from '../../../runners/artifacts/zip-format.ts';

const GIB = 2 ** 30;
const record = (changes: Partial<format.ZipRecord>): format.ZipRecord => ({
  nameBytes: Buffer.from('big.bin'),
  method: format.DEFLATED,
  crc32: 0xdeadbeef,
  sizeBytes: 10,
  compressedBytes: 5,
  streamed: false,
  unixMode: 0o100644,
  ...changes,
});

describe('a central header', () => {
  it.each([
    ['small numbers', { sizeBytes: 10, compressedBytes: 5 }, 1234, 0],
    ['a size past 4 GiB', { sizeBytes: 5 * GIB, compressedBytes: 5, streamed: true }, 0, 20],
    ['an offset past 4 GiB', { sizeBytes: 10, compressedBytes: 5 }, 9 * GIB, 12],
    ['everything past 4 GiB', { sizeBytes: 6 * GIB, compressedBytes: 5 * GIB, streamed: true }, 7 * GIB, 28],
    [
      'exactly the value that means "see zip64"',
      { sizeBytes: 0xffffffff, compressedBytes: 1 },
      0xffffffff,
      28,
    ],
  ] as const)('with %s reads back as it was written', (_, sizes, offset, extraBytes) => {
    const header = format.encodeCentralHeader(record(sizes), offset);
    expect(header.length).toBe(format.CENTRAL_HEADER_BYTES + 7 + extraBytes);
    const { sizeBytes, compressedBytes } = sizes;
    expect(parseDirectory(header, 1)).toEqual([
      expect.objectContaining({
        name: 'big.bin',
        kind: 'file',
        crc32: 0xdeadbeef,
        sizeBytes,
        compressedBytes,
        offset,
      }),
    ]);
  });
});

describe('a streamed file', () => {
  it('has 8-byte sizes behind it exactly when its local header has a zip64 field', () => {
    for (const sizeBytes of [3 * GIB, 4 * GIB - 1000, 4 * GIB, 5 * GIB]) {
      const streamed = record({ sizeBytes, compressedBytes: 17, streamed: true });
      const zip64 = format.encodeLocalHeader(streamed).readUInt16LE(28) > 0;
      expect(zip64).toBe(format.mayNeedZip64(sizeBytes));
      expect(format.encodeDataDescriptor(streamed).length).toBe(zip64 ? 24 : 16);
    }
    expect(format.mayNeedZip64(4 * GIB - 2)).toBe(true);
  });
});

describe('the end of a zip', () => {
  it.each([
    [{ entryCount: 65_534, offset: 1000, sizeBytes: 5_000_000 }, false],
    [{ entryCount: 65_535, offset: 1000, sizeBytes: 5_000_000 }, true],
    [{ entryCount: 1, offset: 5 * GIB, sizeBytes: 53 }, true],
    [{ entryCount: 100_000_000, offset: 1000, sizeBytes: 5 * GIB }, true],
  ])('%j reads back as it was written', (place, zip64) => {
    const end = format.encodeEnd(place);
    const endOffset = place.offset + place.sizeBytes;
    const found = parseEnd(end, endOffset + end.length);
    if (zip64) expect(found).toEqual({ zip64EndOffset: endOffset });
    expect('zip64EndOffset' in found ? parseZip64End(end, endOffset) : found).toEqual(place);
  });
});
