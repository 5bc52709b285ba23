import type { FileEntry, ZipEntry } from './zip-entry.ts';

/** Files up to this size are packed whole, with their sizes in front; larger ones in pieces of it, with their sizes behind. */
export const PIECE_BYTES = 1 << 19;
/** How far back deflate can look: what a piece must know of the one before it, so that cutting costs no compression. */
export const DICTIONARY_BYTES = 1 << 15;
/** Enough to make the way to a worker and back not matter, few enough to share the work evenly. */
const ENTRIES_PER_BATCH = 64;

/** A step of writing a zip: small enough to hold several in memory, cut without regard to who carries it out, or how many. */
export type ZipStep = BatchStep | PieceStep;

export interface BatchStep {
  kind: 'batch';
  entries: ZipEntry[];
}

export interface PieceStep {
  kind: 'piece';
  entry: FileEntry;
  position: number;
  lengthBytes: number;
  last: boolean;
}

/** Cuts entries into steps, in their order. */
export function* planZipSteps(entries: Iterable<ZipEntry>): Generator<ZipStep> {
  let batch: ZipEntry[] = [];
  let batchBytes = 0;
  for (const entry of entries) {
    const sizeBytes = sizeOf(entry);
    const large = entry.kind === 'file' && sizeBytes > PIECE_BYTES;
    const full = batch.length >= ENTRIES_PER_BATCH || batchBytes + sizeBytes > PIECE_BYTES;
    if (batch.length > 0 && (large || full)) {
      yield { kind: 'batch', entries: batch };
      batch = [];
      batchBytes = 0;
    }
    if (large) yield* piecesOf(entry);
    else {
      batch.push(entry);
      batchBytes += sizeBytes;
    }
  }
  if (batch.length > 0) yield { kind: 'batch', entries: batch };
}

function* piecesOf(entry: FileEntry): Generator<PieceStep> {
  for (let position = 0; position < entry.sizeBytes; position += PIECE_BYTES) {
    const lengthBytes = Math.min(PIECE_BYTES, entry.sizeBytes - position);
    yield { kind: 'piece', entry, position, lengthBytes, last: position + lengthBytes === entry.sizeBytes };
  }
}

export function sizeOf(entry: ZipEntry): number {
  return entry.kind === 'content' ? entry.content.length : entry.sizeBytes;
}
