import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BlobStore } from '../../src/blobs/blob-store.ts';
import type { JobEvent } from '../../src/contract/job-event.ts';
import { segmentBytes, segmentKey, segmentMs } from '../../src/contract/live-log.ts';

export type SegmentReport = (event: Extract<JobEvent, { type: 'log.segment' }>) => void;

export type SegmentFiles = {
  /** The line is on this machine's disk within milliseconds; returns its size with the line end. */
  append(line: string): number;
  /** Resolves when the uploads have caught up enough for more lines. */
  ready(): void | Promise<void>;
  /** The disk did not take every line. The job goes on without the rest of its log. */
  readonly broken: boolean;
  /** Uploads what is left; gives up when `signal` aborts. */
  end(signal: AbortSignal): Promise<void>;
};

type Segment = { index: number; firstLine: number; lineCount: number; sizeBytes: number };
type Options = {
  attempt: { runId: string; jobId: string; attempt: number };
  directory: string;
  blobs: Pick<BlobStore, 'put'>;
  report: SegmentReport;
};

const writeMs = 20;
const writeBytes = 64 * 1024;
/** Segments on disk that wait for the store before the job's output is held up. */
const maxWaiting = 16;
const retryMs = 1_000;

/**
 * Lines go to a file of this machine first, and each finished file goes to the blob store as one segment: when
 * it is full, or when its first line has waited for {@link segmentMs}. A store that is down holds nothing up
 * until {@link maxWaiting} segments wait for it.
 */
export function openSegmentFiles(options: Options): SegmentFiles {
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const stop = new AbortController();
  const waiting: Segment[] = [];
  let buffer: string[] = [];
  let bufferBytes = 0;
  let writeTimer: NodeJS.Timeout | undefined;
  let segmentTimer: NodeJS.Timeout | undefined;
  let file: number | undefined;
  let open: Segment = { index: 0, firstLine: 0, lineCount: 0, sizeBytes: 0 };
  let uploading: Promise<void> | undefined;
  let wakeWriters: (() => void)[] = [];
  let broken = false;

  function writeOut(): void {
    clearTimeout(writeTimer);
    writeTimer = undefined;
    if (buffer.length === 0) return;
    const bytes = Buffer.from(buffer.join(''));
    const lineCount = buffer.length;
    buffer = [];
    bufferBytes = 0;
    try {
      file ??= openSync(segmentPath(options.directory, open), 'a', 0o600);
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    } catch {
      // A full disk, most likely. It is met in a timer, where throwing would end the runner with all its jobs.
      broken = true;
      open.lineCount -= lineCount;
      open.sizeBytes -= bytes.length;
    }
  }

  function finishSegment(): void {
    clearTimeout(segmentTimer);
    segmentTimer = undefined;
    writeOut();
    if (open.lineCount === 0) return;
    if (file !== undefined) closeSync(file);
    file = undefined;
    waiting.push(open);
    const firstLine = open.firstLine + open.lineCount;
    open = { index: open.index + 1, firstLine, lineCount: 0, sizeBytes: 0 };
    uploading ??= uploadWaiting();
  }

  async function uploadWaiting(): Promise<void> {
    for (let next = waiting[0]; next; next = waiting[0]) {
      await uploadSegment(options, next, stop.signal);
      waiting.shift();
      if (waiting.length < maxWaiting) {
        for (const wake of wakeWriters) wake();
        wakeWriters = [];
      }
    }
    // Here and not in a `finally` of the promise: that runs a tick later, and a segment that came meanwhile would stay.
    uploading = undefined;
  }

  return {
    get broken() {
      return broken;
    },
    append(line) {
      if (broken) return 0;
      const text = `${line}\n`;
      const bytes = Buffer.byteLength(text);
      buffer.push(text);
      bufferBytes += bytes;
      open.lineCount += 1;
      open.sizeBytes += bytes;
      segmentTimer ??= setTimeout(finishSegment, segmentMs);
      if (open.sizeBytes >= segmentBytes) finishSegment();
      else if (bufferBytes >= writeBytes) writeOut();
      else writeTimer ??= setTimeout(writeOut, writeMs);
      return bytes;
    },
    ready() {
      if (waiting.length < maxWaiting) return;
      return new Promise((resolve) => wakeWriters.push(resolve));
    },
    async end(signal) {
      finishSegment();
      const abort = () => stop.abort();
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort, { once: true });
      await uploading;
      signal.removeEventListener('abort', abort);
    },
  };
}

/** Uploads what a process that died had on disk and not yet in the store; line numbers go on where they were. */
export async function uploadLeftSegments(
  options: Options & { known: readonly Segment[]; signal: AbortSignal },
): Promise<void> {
  const done = new Set(options.known.map((segment) => segment.index));
  let firstLine = Math.max(0, ...options.known.map((known) => known.firstLine + known.lineCount));
  for (const index of leftIndexes(options.directory)) {
    if (done.has(index)) continue;
    const { lineCount, sizeBytes } = mendSegment(segmentPath(options.directory, { index }));
    if (lineCount === 0) continue;
    await uploadSegment(options, { index, firstLine, lineCount, sizeBytes }, options.signal);
    firstLine += lineCount;
  }
}

async function uploadSegment(options: Options, segment: Segment, signal: AbortSignal): Promise<void> {
  const path = segmentPath(options.directory, segment);
  const key = segmentKey(options.attempt, segment.index);
  while (!signal.aborted) {
    try {
      await options.blobs.put(key, readFileSync(path), { signal });
      options.report({ type: 'log.segment', key, ...segment });
      rmSync(path, { force: true });
      return;
    } catch {
      await sleep(retryMs, undefined, { signal }).catch(() => {});
    }
  }
}

/** The process died in the middle of a line: what is there of it is a line. */
function mendSegment(path: string): { lineCount: number; sizeBytes: number } {
  const bytes = readFileSync(path);
  const torn = bytes.length > 0 && bytes.at(-1) !== 10;
  if (torn) appendFileSync(path, '\n');
  let lineCount = torn ? 1 : 0;
  for (const byte of bytes) if (byte === 10) lineCount += 1;
  return { lineCount, sizeBytes: bytes.length + (torn ? 1 : 0) };
}

function segmentPath(directory: string, segment: { index: number }): string {
  return join(directory, `${String(segment.index).padStart(6, '0')}.log`);
}

function leftIndexes(directory: string): number[] {
  try {
    return readdirSync(directory)
      .filter((name) => /^\d{6}\.log$/.test(name))
      .map((name) => Number.parseInt(name, 10))
      .sort((a, b) => a - b);
  } catch {
    return [];
  }
}
