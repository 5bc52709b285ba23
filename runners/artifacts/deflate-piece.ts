import { constants, deflateRawSync } from 'node:zlib';

const SAMPLE_BYTES = 1 << 14;
const SAMPLED_FROM_BYTES = 1 << 16;
/** The most a stored block of a deflate stream can hold. */
const STORED_BLOCK_BYTES = 0xffff;

export interface DeflateOptions {
  level: number;
  /** The data just before, at most 32 KiB of it. */
  dictionary?: Uint8Array;
  last: boolean;
}

/**
 * One piece of a deflate stream. Every piece begins and ends on a byte, so pieces that were made side by side are
 * joined by writing one behind the other.
 */
export function deflatePiece(data: Uint8Array, { level, dictionary, last }: DeflateOptions): Uint8Array {
  if (looksIncompressible(data)) return asStoredBlocks(data, last);
  return deflateRawSync(data, {
    level,
    finishFlush: last ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
    chunkSize: chunkSizeFor(data),
    ...(dictionary === undefined || dictionary.length === 0 ? {} : { dictionary }),
  });
}

/** A whole file's deflate stream, or undefined when storing it as it is takes no more room. */
export function deflateWhole(data: Uint8Array, level: number): Uint8Array | undefined {
  if (data.length === 0 || looksIncompressible(data)) return undefined;
  const deflated = deflateRawSync(data, {
    level,
    chunkSize: chunkSizeFor(data),
  });
  return deflated.length < data.length ? deflated : undefined;
}

/**
 * Whether deflate can be spared: archives, pictures and ciphertext cost it as much time as text and give nothing.
 * Three samples, front, middle and end, that do not shrink by a hundredth speak for the rest of a piece.
 */
export function looksIncompressible(data: Uint8Array): boolean {
  if (data.length < SAMPLED_FROM_BYTES) return false;
  const starts = [0, (data.length - SAMPLE_BYTES) >> 1, data.length - SAMPLE_BYTES];
  return starts.every((start) => {
    const sample = data.subarray(start, start + SAMPLE_BYTES);
    return deflateRawSync(sample, { level: 1 }).length > SAMPLE_BYTES * 0.99;
  });
}

/** RFC 1951, 3.2.4: a byte that says "stored" (and "last"), the length, its complement, the data. */
function asStoredBlocks(data: Uint8Array, last: boolean): Uint8Array {
  const blockCount = Math.ceil(data.length / STORED_BLOCK_BYTES);
  const stream = Buffer.allocUnsafeSlow(data.length + 5 * blockCount);
  let to = 0;
  for (let from = 0; from < data.length; from += STORED_BLOCK_BYTES) {
    const block = data.subarray(from, from + STORED_BLOCK_BYTES);
    stream[to] = last && from + block.length === data.length ? 1 : 0;
    stream.writeUInt16LE(block.length, to + 1);
    stream.writeUInt16LE(STORED_BLOCK_BYTES - block.length, to + 3);
    stream.set(block, to + 5);
    to += 5 + block.length;
  }
  return stream;
}

/**
 * One buffer of output, large enough for all of it: a second one would have to be joined to it, and both would lie about
 * until the next garbage collection.
 */
function chunkSizeFor(data: Uint8Array): number {
  return Math.max(constants.Z_MIN_CHUNK, data.length + 1024);
}
