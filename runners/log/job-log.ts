import { setTimeout as sleep } from 'node:timers/promises';
import type { BlobStore } from '../../src/blobs/blob-store.ts';
import type { JobEvent } from '../../src/contract/job-event.ts';
import type { LiveLogWriter } from '../../src/contract/live-log.ts';
import type { Masker } from './masker.ts';
import { openSegmentFiles } from './segment-files.ts';
import { createLineSplitter } from './split-lines.ts';

/** The log of one attempt: from the bytes of its steps to numbered lines on disk, in the store and before readers. */
export type JobLog = {
  /** Output of a step. Resolves when the log can take more. */
  write(step: number, chunk: Uint8Array): void | Promise<void>;
  /** Ends the last line of a step, which may not have ended itself. */
  endStep(step: number): void;
  /** A line in which the runner itself speaks. */
  note(text: string): void;
  /** The last lines that were written, for the reason of a failure. */
  tail(count: number): string[];
  /** Everything is in the store, or `signal` aborted; what is not there stays on disk. */
  end(signal: AbortSignal): Promise<{ lines: number; bytes: number; cut: boolean }>;
};

export type JobLogOptions = {
  attempt: { runId: string; jobId: string; attempt: number };
  directory: string;
  blobs: Pick<BlobStore, 'put'>;
  live: Pick<LiveLogWriter, 'append' | 'end'>;
  masker: Masker;
  limitBytes: number;
  startedAtMs: number;
  now: () => number;
  report: (event: Extract<JobEvent, { type: 'log.segment' }>) => void;
};

const liveBatchMs = 40;
const liveBatchBytes = 16 * 1024;
const tailLines = 40;

export function openJobLog(options: JobLogOptions): JobLog {
  const { masker, now, startedAtMs } = options;
  const segments = openSegmentFiles(options);
  const splitter = createLineSplitter();
  let lastLines: string[] = [];
  let lineCount = 0;
  let sizeBytes = 0;
  let cut = false;
  let liveLines: string[] = [];
  let liveFirst = 0;
  let liveSize = 0;
  let liveTimer: NodeJS.Timeout | undefined;

  function addLines(label: string, lines: readonly string[]): void {
    if (lines.length === 0) return;
    const prefix = `${now() - startedAtMs} ${label} `;
    for (const line of lines) addLine(`${prefix}${line}`);
    lastLines = [...lastLines, ...lines.slice(-tailLines)].slice(-tailLines);
  }

  function addLine(line: string): void {
    const bytes = Buffer.byteLength(line) + 1;
    if (cut) return;
    if (sizeBytes + bytes > options.limitBytes) {
      cut = true;
      const limit = `${Math.round(options.limitBytes / 1024 / 1024)} MiB`;
      keep(`${now() - startedAtMs} - the log reached its limit of ${limit}; what follows is not kept`);
    } else {
      keep(line);
    }
  }

  function keep(line: string): void {
    sizeBytes += segments.append(line);
    if (liveLines.length === 0) liveFirst = lineCount;
    lineCount += 1;
    liveLines.push(line);
    liveSize += line.length;
    if (liveSize >= liveBatchBytes) sendLive();
    else liveTimer ??= setTimeout(sendLive, liveBatchMs);
  }

  function sendLive(): void {
    clearTimeout(liveTimer);
    liveTimer = undefined;
    if (liveLines.length === 0) return;
    const batch = { firstLine: liveFirst, lines: liveLines };
    liveLines = [];
    liveSize = 0;
    const { jobId, attempt } = options.attempt;
    // Readers who watch see it later from the segments when the tail cannot take it now.
    options.live.append(jobId, attempt, batch).catch(() => {});
  }

  return {
    write(step, chunk) {
      addLines(String(step), splitter.write(masker.write(chunk)));
      return segments.ready();
    },
    endStep(step) {
      addLines(String(step), splitter.write(masker.flush()));
      addLines(String(step), splitter.end());
    },
    note(text) {
      addLines('-', masker.text(text).split('\n'));
    },
    tail: (count) => lastLines.slice(-count),
    async end(signal) {
      sendLive();
      await segments.end(signal);
      const { jobId, attempt } = options.attempt;
      await Promise.race([
        options.live.end(jobId, attempt).catch(() => {}),
        sleep(2_000, undefined, { ref: false }),
      ]);
      return { lines: lineCount, bytes: sizeBytes, cut: cut || segments.broken };
    },
  };
}
