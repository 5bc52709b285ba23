import { createWriteStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { CacheRefusal } from './cache-refusal.ts';

/** What an entry says of itself. */
export type EntryHeader = {
  key: string;
  /** Those of the paths of the cache that there were when it was made. */
  paths: string[];
  /** What it holds, by `archiveDigest`; absent where nobody asks for it. */
  content?: string;
};

/** A frame that every reader of zstd leaves out (RFC 8878, 3.1.2), so that an entry is a `.tar.zst` like any other. */
const skippable = 0x184d2a50;
const longestHeader = 64 * 1024;
/** Beyond 3 small files take far longer and shrink by a few percent. */
const level = 3;
const chunkBytes = 1024 * 1024;

/** Compresses the archive into a new file; resolves with that one's size. */
export async function writeEntry(
  archive: FileHandle,
  header: EntryHeader,
  path: string,
  { signal }: { signal: AbortSignal },
): Promise<number> {
  const text = Buffer.from(JSON.stringify(header));
  const frame = Buffer.alloc(8);
  frame.writeUInt32LE(skippable, 0);
  frame.writeUInt32LE(text.length, 4);
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600, highWaterMark: chunkBytes });
  file.write(Buffer.concat([frame, text]));
  const compress = createZstdCompress({
    chunkSize: chunkBytes,
    params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 },
  });
  const from = archive.createReadStream({ start: 0, autoClose: false, highWaterMark: chunkBytes });
  await pipeline(from, compress, file, { signal });
  return file.bytesWritten;
}

/** Writes the archive that the entry holds into a new file that everybody may read. */
export async function readEntry(
  entry: FileHandle,
  path: string,
  { limitBytes, signal }: { limitBytes: number; signal: AbortSignal },
): Promise<{ header: EntryHeader; sizeBytes: number }> {
  const { header, endsAt } = await readHeader(entry);
  let sizeBytes = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sizeBytes += chunk.length;
      if (sizeBytes > limitBytes)
        done(new CacheRefusal('too-large', `it holds more than ${limitBytes} bytes`));
      else done(null, chunk);
    },
  });
  const from = entry.createReadStream({ start: endsAt, autoClose: false, highWaterMark: chunkBytes });
  // A file of this name that the commit brought is nobody's to write to.
  const file = createWriteStream(path, { flags: 'wx', mode: 0o644, highWaterMark: chunkBytes });
  await pipeline(from, createZstdDecompress({ chunkSize: chunkBytes }), count, file, { signal });
  return { header, sizeBytes };
}

async function readHeader(entry: FileHandle): Promise<{ header: EntryHeader; endsAt: number }> {
  const frame = Buffer.alloc(8);
  await entry.read(frame, 0, 8, 0);
  const length = frame.readUInt32LE(4);
  if (frame.readUInt32LE(0) !== skippable || length > longestHeader) throw damaged();
  const text = Buffer.alloc(length);
  await entry.read(text, 0, length, 8);
  return { header: parseHeader(text.toString()), endsAt: 8 + length };
}

function parseHeader(text: string): EntryHeader {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && 'key' in value && 'paths' in value) {
      const { key, paths } = value;
      const content = 'content' in value && typeof value.content === 'string' ? value.content : undefined;
      if (typeof key === 'string' && Array.isArray(paths))
        return { key, paths: paths.map(String), ...(content === undefined ? {} : { content }) };
    }
  } catch {
    // Told below.
  }
  throw damaged();
}

function damaged(): CacheRefusal {
  return new CacheRefusal('damaged', 'what is stored under it is no cache');
}
