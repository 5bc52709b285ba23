import type { BlobStore } from '../../blobs/blob-store.ts';
import type { ReadTail } from '../../runs/create-check-reports.ts';
import type { History } from '../../runs/history.ts';
import { parseLogLine } from './log-piece.ts';
import { readSegments } from './read-segments.ts';

const mostLines = 40;
/** What steps that run after a failure may have printed is passed over. */
const lookedThroughLines = 2_000;

/** The last lines that a step printed. */
export function createReadTail(ports: {
  history: Pick<History, 'segments'>;
  blobs: Pick<BlobStore, 'get'>;
}): ReadTail {
  return async ({ jobId, attempt, step }, signal) => {
    const segments = await ports.history.segments(jobId, attempt);
    const end = Math.max(0, ...segments.map(({ firstLine, lineCount }) => firstLine + lineCount));
    const from = Math.max(0, end - lookedThroughLines);
    const lines: string[] = [];
    for await (const piece of readSegments(ports.blobs, segments, { from, signal })) {
      if (!('lines' in piece)) continue;
      lines.push(...piece.lines.map(parseLogLine).flatMap((line) => (line.step === step ? [line.text] : [])));
      lines.splice(0, lines.length - mostLines);
    }
    return lines;
  };
}
