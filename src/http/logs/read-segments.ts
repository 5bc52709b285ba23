import type { BlobStore } from '../../blobs/blob-store.ts';
import type { Segment } from '../../runs/history.ts';
import type { LogPiece } from './log-piece.ts';

/** A line has at most 64 KiB and its prefix. What is longer is no segment of ours. */
const maxLineChars = 128 * 1024;

/**
 * The stored lines from line `from` on, in order, as chunks of the blobs come in: a reader of a log of any length
 * costs no more memory than one chunk. What the store no longer has, or has damaged, is named as missing.
 */
export async function* readSegments(
  blobs: Pick<BlobStore, 'get'>,
  segments: readonly Segment[],
  options: { from: number; signal: AbortSignal },
): AsyncGenerator<LogPiece> {
  let next = options.from;
  for (const segment of [...segments].sort((a, b) => a.index - b.index)) {
    const end = segment.firstLine + segment.lineCount;
    if (end <= next) continue;
    if (segment.firstLine > next) {
      yield { firstLine: next, missing: segment.firstLine - next };
      next = segment.firstLine;
    }
    let at = segment.firstLine;
    for await (const lines of linesOf(blobs, segment, options.signal)) {
      const fresh = lines.slice(Math.max(0, next - at), Math.max(0, end - at));
      at += lines.length;
      if (fresh.length === 0) continue;
      yield { firstLine: next, lines: fresh };
      next += fresh.length;
    }
    if (next < end) yield { firstLine: next, missing: end - next };
    next = end;
  }
}

async function* linesOf(
  blobs: Pick<BlobStore, 'get'>,
  segment: Segment,
  signal: AbortSignal,
): AsyncGenerator<string[]> {
  const found = await blobs.get(segment.key, { signal });
  if (!found) return;
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of found.body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > maxLineChars) return;
    if (lines.length > 0) yield lines;
  }
  const last = rest + decoder.decode();
  if (last !== '') yield [last];
}
