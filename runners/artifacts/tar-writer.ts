import { createHash } from 'node:crypto';
import { closeSync } from 'node:fs';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { constants, createGzip, createZstdCompress } from 'node:zlib';
import { ArtifactRefusal } from './artifact-refusal.ts';
import { nameConflict } from './name-conflict.ts';
import { checkUnchanged, openEntry, readFully } from './read-entry.ts';
import { encodeTarHeader, tarEnd, tarPadding } from './tar-format.ts';
import { compareNames, type FileEntry, type ZipEntry } from './zip-entry.ts';
import type { ZipWriting } from './zip-writer.ts';

export type TarFormat = 'tar.gz' | 'tar.zst';

/** What is read of a file at a time, and gathered before it is compressed. */
const PIECE_BYTES = 256 * 1024;
/** Where a gzip header says on which system it was made (RFC 1952), and what it says when that is not known. */
const GZIP_SYSTEM = 9;
const UNKNOWN_SYSTEM = 255;

/**
 * Writes a compressed tar whose bytes depend on the entries' names, modes and contents (and Node's compressors) alone, as
 * `writeZip` does. Nothing is kept on disk, and in memory no more than a few pieces ahead of the reader. Throws an
 * ArtifactRefusal through the stream when a file changes while it is packed.
 */
export function writeTar(
  entries: Iterable<ZipEntry>,
  format: TarFormat,
  { signal }: { signal?: AbortSignal } = {},
): ZipWriting {
  const result = Promise.withResolvers<Awaited<ZipWriting['done']>>();
  // Whoever reads the stream gets the error there; not to look at `done` as well must not end the process.
  result.promise.catch(() => {});
  const sorted = [...entries].sort(compareNames);

  async function* produce(): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    try {
      for await (const bytes of compressed(gathered(archiveOf(sorted, signal)), format, signal)) {
        if (sizeBytes === 0 && format === 'tar.gz') bytes[GZIP_SYSTEM] = UNKNOWN_SYSTEM;
        hash.update(bytes);
        sizeBytes += bytes.length;
        yield bytes;
      }
      result.resolve({ sizeBytes, sha256: hash.digest('hex'), fileCount: sorted.length });
    } catch (error) {
      result.reject(error);
      throw error;
    } finally {
      // Does nothing when the promise is settled: only a reader who left comes here without an end or an error.
      result.reject(new Error('the archive was not read to its end'));
    }
  }

  return { stream: produce(), done: result.promise };
}

async function* compressed(
  archive: AsyncIterable<Uint8Array>,
  format: TarFormat,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  const compressor: Transform =
    format === 'tar.gz'
      ? createGzip({ level: 6 })
      : createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } });
  const pumping = pipeline(Readable.from(archive), compressor, signal ? { signal } : {});
  // The same error comes out of the compressor, where it is read.
  pumping.catch(() => {});
  try {
    for await (const bytes of compressor) yield bytes as Buffer;
    await pumping;
  } finally {
    compressor.destroy();
    await pumping.catch(() => {});
  }
}

/** Headers are small, and every chunk is a way to a thread and back. */
async function* gathered(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  for await (const part of parts) {
    waiting.push(part);
    waitingBytes += part.length;
    if (waitingBytes < PIECE_BYTES) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    waitingBytes = 0;
  }
  yield Buffer.concat(waiting);
}

async function* archiveOf(
  entries: readonly ZipEntry[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const conflict = nameConflict(entries);
  if (conflict !== undefined) {
    throw new ArtifactRefusal(
      'name-twice',
      `${conflict.name} and ${conflict.with} cannot both be in one archive; leave one out`,
    );
  }
  for (const entry of entries) {
    signal?.throwIfAborted();
    const { name, mode } = entry;
    switch (entry.kind) {
      case 'file':
        yield encodeTarHeader({ kind: 'file', name, mode, sizeBytes: entry.sizeBytes });
        yield* contentsOf(entry, signal);
        yield tarPadding(entry.sizeBytes);
        break;
      case 'content':
        yield encodeTarHeader({ kind: 'file', name, mode, sizeBytes: entry.content.length });
        yield entry.content;
        yield tarPadding(entry.content.length);
        break;
      case 'symlink':
        yield encodeTarHeader({ kind: 'symlink', name, mode, sizeBytes: 0, target: entry.target });
        break;
      case 'directory':
        yield encodeTarHeader({ kind: 'directory', name, mode, sizeBytes: 0 });
    }
  }
  yield tarEnd;
}

async function* contentsOf(entry: FileEntry, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const descriptor = openEntry(entry);
  try {
    for (let position = 0; position < entry.sizeBytes; position += PIECE_BYTES) {
      const piece = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, entry.sizeBytes - position));
      readFully(descriptor, piece, position, entry.name);
      yield piece;
      await nextTurn();
      signal?.throwIfAborted();
    }
    checkUnchanged(descriptor, entry);
  } finally {
    closeSync(descriptor);
  }
}
