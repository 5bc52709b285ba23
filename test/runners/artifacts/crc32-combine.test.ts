import { crc32 } from 'node:zlib';
import { assert, property, uint8Array } from 'fast-check';
import { expect, it } from 'vitest';
import { crc32Combine } from '../../../runners/artifacts/crc32-combine.ts';

it('the checksums of two pieces combine to the checksum of the whole', () => {
  assert(
    property(uint8Array({ maxLength: 500 }), uint8Array({ maxLength: 500 }), (a, b) => {
      expect(crc32Combine(crc32(a), crc32(b), b.length)).toBe(crc32(Buffer.concat([a, b])));
    }),
  );
});

it('a piece may be longer than 512 MiB, whose bits no 32-bit number counts', () => {
  // Combining zeros to zeros twice of half the length must be the same as once.
  const half = 600 * 2 ** 20;
  const some = crc32('some data');
  expect(crc32Combine(crc32Combine(some, 0, half), 0, half)).toBe(crc32Combine(some, 0, 2 * half));
});
