import { readSync, writeSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import type { ArtifactRefusal } from './artifact-refusal.ts';
import { corrupt, type ListedEntry } from './zip-directory.ts';
import { DEFLATED } from './zip-format.ts';

const CHUNK_BYTES = 1 << 18;
/** Up to this size, packed and unpacked, an entry goes through memory at once, which is many times faster for small files. */
const AT_ONCE_BYTES = 1 << 20;

/** Where an entry's packed data lies in an open file. */
export interface PackedData {
  descriptor: number;
  position: number;
  entry: ListedEntry;
}

/** Unpacks a small entry in memory. Its size and checksum are as the directory promised, or it is refused. */
export function inflateInMemory({ descriptor, position, entry }: PackedData): Buffer {
  if (entry.compressedBytes > AT_ONCE_BYTES) {
    throw corrupt(`${JSON.stringify(entry.name)} is much larger than its kind can be`);
  }
  const packed = Buffer.concat([...chunksOf({ descriptor, position, entry })]);
  const content = entry.method === DEFLATED ? inflate(packed, entry) : packed;
  check(entry, content.length, crc32(content));
  return content;
}

/** Unpacks an entry into the open file `output`. Stops as soon as more comes out than the directory promised. */
export async function inflateInto(output: number, data: PackedData, signal?: AbortSignal): Promise<void> {
  const { entry } = data;
  if (entry.sizeBytes <= AT_ONCE_BYTES && entry.compressedBytes <= AT_ONCE_BYTES) {
    writeFully(output, inflateInMemory(data));
    return;
  }
  let sizeBytes = 0;
  let checksum = 0;
  const consume = async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      sizeBytes += chunk.length;
      if (sizeBytes > entry.sizeBytes) throw wrongSize(entry, sizeBytes);
      checksum = crc32(chunk, checksum);
      writeFully(output, chunk);
    }
  };
  const options = signal === undefined ? {} : { signal };
  if (entry.method === DEFLATED) {
    const inflating = createInflateRaw({ chunkSize: CHUNK_BYTES });
    await pipeline(chunksOf(data), inflating, consume, options).catch((error: unknown) => {
      throw signal?.aborted ? signal.reason : asCorrupt(entry, error);
    });
  } else {
    await pipeline(chunksOf(data), consume, options);
  }
  check(entry, sizeBytes, checksum);
}

function inflate(packed: Buffer, entry: ListedEntry): Buffer {
  try {
    // zlib takes no limit below 1; an empty file that unpacks to one byte is found by its size.
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.sizeBytes) });
  } catch (error) {
    throw asCorrupt(entry, error);
  }
}

function* chunksOf({ descriptor, position, entry }: PackedData): Generator<Buffer> {
  let done = 0;
  while (done < entry.compressedBytes) {
    const chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, entry.compressedBytes - done));
    const count = readSync(descriptor, chunk, 0, chunk.length, position + done);
    if (count === 0) throw corrupt('it ends too early');
    done += count;
    yield chunk.subarray(0, count);
  }
}

function writeFully(output: number, content: Uint8Array): void {
  let written = 0;
  while (written < content.length) written += writeSync(output, content, written);
}

function check(entry: ListedEntry, sizeBytes: number, checksum: number): void {
  if (sizeBytes !== entry.sizeBytes) throw wrongSize(entry, sizeBytes);
  if (checksum !== entry.crc32)
    throw corrupt(`the contents of ${JSON.stringify(entry.name)} fail their checksum`);
}

function wrongSize(entry: ListedEntry, sizeBytes: number): ArtifactRefusal {
  const found = sizeBytes > entry.sizeBytes ? 'more' : `${sizeBytes}`;
  return corrupt(
    `${JSON.stringify(entry.name)} should unpack to ${entry.sizeBytes} bytes and gives ${found}`,
  );
}

/** zlib's own errors speak of the data; any other (a full disk) is not the zip's fault and stays as it is. */
function asCorrupt(entry: ListedEntry, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ERR_BUFFER_TOO_LARGE') return wrongSize(entry, entry.sizeBytes + 1);
  if (!code.startsWith('Z_')) return error;
  return corrupt(`the contents of ${JSON.stringify(entry.name)} are damaged`);
}
