import { createHash } from 'node:crypto';
import { closeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ArtifactRefusal } from './artifact-refusal.ts';
import { crc32Combine } from './crc32-combine.ts';
import { nameConflict } from './name-conflict.ts';
import { type PieceStep, planZipSteps, sizeOf, type ZipStep } from './plan-zip-steps.ts';
import { checkUnchanged, openEntry } from './read-entry.ts';
import { unixModeOf, type ZipTaskResult } from './run-zip-task.ts';
import { compareNames, type FileEntry, type ZipEntry } from './zip-entry.ts';
import * as format from './zip-format.ts';
import { runTasksHere, startZipWorkers, type ZipWorkers } from './zip-workers.ts';

/**
 * Below both, the calling thread packs faster than workers start: they take 50 to 150 ms, a MiB of text 25. It
 * serves others between the pieces of half a MiB.
 */
const SMALL_ZIP_BYTES = 4 << 20;
const SMALL_ZIP_ENTRIES = 200;
const MOST_WORKERS = 4;

export interface WriteZipOptions {
  /** 0 (store) to 9; what zlib makes of it. */
  level?: number;
  /** Threads to pack with; 0 packs in the calling thread. Chosen by size and cores when not given. The bytes are the same. */
  workers?: number;
  signal?: AbortSignal;
}

export interface WrittenZip {
  sizeBytes: number;
  /** In hexadecimal digits. */
  sha256: string;
  /** Entries in the zip: files, links and empty directories. */
  fileCount: number;
}

export interface ZipWriting {
  /** The zip, to be read once. Packing starts with the first read and keeps only a few MiB ahead of the reader. */
  stream: AsyncIterable<Uint8Array>;
  /** Settles when the stream has ended; rejects as the stream throws, and when the reader leaves early. */
  done: Promise<WrittenZip>;
}

/**
 * Writes a zip whose bytes depend on the entries' names, modes and contents (and Node's zlib) alone: not on time, order,
 * owners or the number of workers. Throws an ArtifactRefusal through the stream when a file changes while it is packed.
 */
export function writeZip(entries: Iterable<ZipEntry>, options: WriteZipOptions = {}): ZipWriting {
  const result = Promise.withResolvers<WrittenZip>();
  // Whoever reads the stream gets the error there; not to look at `done` as well must not end the process.
  result.promise.catch(() => {});
  return { stream: produce([...entries].sort(compareNames), options, result), done: result.promise };
}

async function* produce(
  entries: ZipEntry[],
  { level = 6, workers: workerCount, signal }: WriteZipOptions,
  result: PromiseWithResolvers<WrittenZip>,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  const openFiles = new Map<FileEntry, number>();
  let workers: ZipWorkers | undefined;
  let offset = 0;
  const out = (bytes: Uint8Array) => {
    hash.update(bytes);
    offset += bytes.length;
    return bytes;
  };

  try {
    checkNames(entries);
    const count = workerCount ?? suitableWorkers(entries);
    workers = count === 0 ? runTasksHere(level) : startZipWorkers(count, level, signal);
    const directory: Buffer[] = [];
    let large: LargeFile | undefined;

    for await (const { step, packed } of inOrder(planZipSteps(entries), workers, openFiles, signal)) {
      if (step.kind === 'batch') {
        const headers: Buffer[] = [];
        let at = offset;
        for (const record of packed.records) {
          headers.push(format.encodeCentralHeader(record, at));
          at += format.LOCAL_HEADER_BYTES + record.nameBytes.length + record.compressedBytes;
        }
        directory.push(Buffer.concat(headers));
        yield out(packed.bytes);
        continue;
      }
      if (large === undefined) {
        large = startLargeFile(step.entry, offset);
        yield out(format.encodeLocalHeader(large.record));
      }
      large.record.crc32 = crc32Combine(large.record.crc32, packed.crc32, step.lengthBytes);
      large.record.compressedBytes += packed.bytes.length;
      yield out(packed.bytes);
      if (step.last) {
        yield out(format.encodeDataDescriptor(large.record));
        directory.push(format.encodeCentralHeader(large.record, large.offset));
        large = undefined;
      }
    }

    const directoryOffset = offset;
    for (const headers of directory) yield out(headers);
    const sizeBytes = offset - directoryOffset;
    yield out(format.encodeEnd({ entryCount: entries.length, offset: directoryOffset, sizeBytes }));
    result.resolve({ sizeBytes: offset, sha256: hash.digest('hex'), fileCount: entries.length });
  } catch (error) {
    result.reject(error);
    throw error;
  } finally {
    // Does nothing when the promise is settled: only a reader who left comes here without an end or an error.
    result.reject(new Error('the zip was not read to its end'));
    // The threads first: a number that is closed while one of them still reads may be another file's by then.
    await workers?.close();
    for (const descriptor of openFiles.values()) closeSync(descriptor);
  }
}

interface LargeFile {
  record: format.ZipRecord;
  offset: number;
}

function startLargeFile(entry: FileEntry, offset: number): LargeFile {
  const record: format.ZipRecord = {
    nameBytes: Buffer.from(entry.name),
    method: format.DEFLATED,
    crc32: 0,
    sizeBytes: entry.sizeBytes,
    compressedBytes: 0,
    streamed: true,
    unixMode: unixModeOf(entry),
  };
  return { record, offset };
}

/** Keeps `atOnce` steps under way, and no more: that bounds the memory, whatever the reader does. */
async function* inOrder(
  steps: Iterator<ZipStep>,
  workers: ZipWorkers,
  openFiles: Map<FileEntry, number>,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ step: ZipStep; packed: ZipTaskResult }> {
  const underWay: { step: ZipStep; packed: Promise<ZipTaskResult> }[] = [];
  for (;;) {
    signal?.throwIfAborted();
    while (underWay.length < workers.atOnce) {
      const next = steps.next();
      if (next.done === true) break;
      const packed = start(next.value, workers, openFiles);
      // Its error is thrown when its turn comes, not before.
      packed.catch(() => {});
      underWay.push({ step: next.value, packed });
    }
    const first = underWay.shift();
    if (first === undefined) return;
    const packed = await first.packed;
    if (first.step.kind === 'piece' && first.step.last) closeFile(first.step.entry, openFiles);
    yield { step: first.step, packed };
    if (workers.atOnce === 1) await nextTurn();
  }
}

async function start(
  step: ZipStep,
  workers: ZipWorkers,
  openFiles: Map<FileEntry, number>,
): Promise<ZipTaskResult> {
  return workers.run(step.kind === 'batch' ? step : pieceTask(step, openFiles));
}

function pieceTask(
  { kind, entry, position, lengthBytes, last }: PieceStep,
  openFiles: Map<FileEntry, number>,
) {
  const descriptor = openFiles.get(entry) ?? openEntry(entry);
  openFiles.set(entry, descriptor);
  return { kind, descriptor, name: entry.name, position, lengthBytes, last };
}

function closeFile(entry: FileEntry, openFiles: Map<FileEntry, number>): void {
  const descriptor = openFiles.get(entry);
  if (descriptor === undefined) return;
  checkUnchanged(descriptor, entry);
  openFiles.delete(entry);
  closeSync(descriptor);
}

function suitableWorkers(entries: readonly ZipEntry[]): number {
  const totalBytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (totalBytes < SMALL_ZIP_BYTES && entries.length < SMALL_ZIP_ENTRIES) return 0;
  return Math.min(availableParallelism(), MOST_WORKERS);
}

function checkNames(entries: readonly ZipEntry[]): void {
  const tooLong = entries.find(({ name }) => Buffer.byteLength(name) >= format.MAX_UINT16);
  if (tooLong !== undefined) {
    throw new ArtifactRefusal('name-unsafe', `the name ${tooLong.name.slice(0, 200)}… is too long for a zip`);
  }
  const conflict = nameConflict(entries);
  if (conflict !== undefined) {
    throw new ArtifactRefusal(
      'name-twice',
      `${conflict.name} and ${conflict.with} cannot both be in one zip; leave one out`,
    );
  }
}
