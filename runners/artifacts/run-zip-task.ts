import { constants } from 'node:fs';
import { isMarkedAsUntransferable } from 'node:worker_threads';
import { crc32 } from 'node:zlib';
import { deflatePiece, deflateWhole } from './deflate-piece.ts';
import { DICTIONARY_BYTES, PIECE_BYTES } from './plan-zip-steps.ts';
import { readEntry, readFully } from './read-entry.ts';
import type { ZipEntry } from './zip-entry.ts';
import { DEFLATED, encodeLocalHeader, STORED, type ZipRecord } from './zip-format.ts';

/** What a worker is told to do. A large file comes as a descriptor, which the threads of a process share. */
export type ZipTask =
  | { kind: 'batch'; entries: ZipEntry[] }
  | { kind: 'piece'; descriptor: number; name: string; position: number; lengthBytes: number; last: boolean };

/** `bytes` of a batch are whole local headers with their data; of a piece, a part of a deflate stream. */
export interface ZipTaskResult {
  bytes: Uint8Array<ArrayBuffer>;
  /** Of a batch: its records in order. Of a piece: empty. */
  records: ZipRecord[];
  /** Of a piece: the checksum of its data. */
  crc32: number;
}

/** Room for the largest whole file and a byte, or for a piece and what stood before it. Kept, since this runs thousands of times. */
const room = { buffer: new Uint8Array(0) };

/** Does one task, blocking. The bytes it returns are a buffer of their own, so a worker may give them away. */
export function runZipTask(task: ZipTask, level: number): ZipTaskResult {
  if (room.buffer.length === 0) room.buffer = new Uint8Array(DICTIONARY_BYTES + PIECE_BYTES);
  return task.kind === 'batch' ? packBatch(task.entries, level) : packPiece(task, level);
}

function packBatch(entries: ZipEntry[], level: number): ZipTaskResult {
  const parts: Uint8Array[] = [];
  const records: ZipRecord[] = [];
  for (const entry of entries) {
    const data = dataOf(entry);
    const deflated = entry.kind === 'symlink' ? undefined : deflateWhole(data, level);
    // A copy, since `data` lies in memory that the next file reuses or that the caller owns. Buffer's slice() is none.
    const packed = deflated ?? new Uint8Array(data);
    const record: ZipRecord = {
      nameBytes: Buffer.from(entry.kind === 'directory' ? `${entry.name}/` : entry.name),
      method: deflated === undefined ? STORED : DEFLATED,
      crc32: crc32(data),
      sizeBytes: data.length,
      compressedBytes: packed.length,
      streamed: false,
      unixMode: unixModeOf(entry),
    };
    parts.push(encodeLocalHeader(record), packed);
    records.push(record);
  }
  return { bytes: joinAndRelease(parts), records, crc32: 0 };
}

function packPiece(task: Extract<ZipTask, { kind: 'piece' }>, level: number): ZipTaskResult {
  const before = Math.min(DICTIONARY_BYTES, task.position);
  const read = room.buffer.subarray(0, before + task.lengthBytes);
  readFully(task.descriptor, read, task.position - before, task.name);
  const data = read.subarray(before);
  const bytes = deflatePiece(data, { level, dictionary: read.subarray(0, before), last: task.last });
  return { bytes: joinAndRelease([bytes]), records: [], crc32: crc32(data) };
}

function dataOf(entry: ZipEntry): Uint8Array {
  switch (entry.kind) {
    case 'file':
      return readEntry(entry, room.buffer);
    case 'content':
      return entry.content;
    case 'symlink':
      return Buffer.from(entry.target);
    case 'directory':
      return new Uint8Array(0);
  }
}

export function unixModeOf(entry: ZipEntry): number {
  switch (entry.kind) {
    case 'symlink':
      return constants.S_IFLNK | entry.mode;
    case 'directory':
      return constants.S_IFDIR | entry.mode;
    default:
      return constants.S_IFREG | entry.mode;
  }
}

/** One buffer with all parts, whose own memory is given up. */
function joinAndRelease(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
    release(part);
  }
  return joined;
}

/**
 * Frees a buffer at once. V8 lets 64 MiB of dead buffers gather in every thread before it looks for them, and a thread
 * that deflates makes as many in a second. Node marks the pools that small buffers share, which must live on.
 */
function release({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && !isMarkedAsUntransferable(buffer)) buffer.transfer(0);
}
