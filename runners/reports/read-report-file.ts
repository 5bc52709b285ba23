import { closeSync, read } from 'node:fs';
import { promisify } from 'node:util';
import { openEntry } from '../artifacts/read-entry.ts';
import type { FileEntry } from '../artifacts/zip-entry.ts';
import { decoderOf, longestPrologue } from './decode-report.ts';
import type { ReportReader } from './report-reader.ts';

const readAt = promisify(read);
const pieceBytes = 64 * 1024;

/**
 * Puts a file of the workspace through a reader. Between two pieces others have their turn: the runner that reads a large
 * report has heartbeats to send. Rejects with the reader's refusal, or with an `ArtifactRefusal` when the file cannot be
 * opened as the regular file that was found.
 */
export async function readReportFile(
  entry: FileEntry,
  reader: ReportReader,
  signal: AbortSignal,
): Promise<void> {
  const descriptor = openEntry(entry);
  try {
    const buffer = Buffer.allocUnsafe(pieceBytes);
    let decoder: TextDecoder | undefined;
    let position = 0;
    while (position < entry.sizeBytes) {
      signal.throwIfAborted();
      const { bytesRead } = await readAt(
        descriptor,
        buffer,
        0,
        Math.min(pieceBytes, entry.sizeBytes - position),
        position,
      );
      if (bytesRead === 0) break;
      const piece = buffer.subarray(0, bytesRead);
      decoder ??= decoderOf(piece.subarray(0, longestPrologue));
      position += bytesRead;
      reader.write(decoder.decode(piece, { stream: true }));
    }
    reader.write(decoder?.decode() ?? '');
    reader.end();
  } finally {
    closeSync(descriptor);
  }
}
