/**
 * The log of an attempt is lines, numbered from 0. The truth is segments in the blob store, one file of whole
 * lines each; the live tail holds the newest lines, at most {@link liveTailBytes} per job, for readers who
 * watch. A reader who is behind the tail reads segments.
 *
 * A stored line is `<milliseconds since the attempt began> <index of the step> <text>`, `-` for the step where
 * the runner itself speaks. Text is UTF-8 without line breaks, secrets masked.
 */
export const segmentBytes = 1024 * 1024;
export const segmentMs = 2_000;
export const liveTailBytes = 1024 * 1024;

export type LogLines = { firstLine: number; lines: string[] };

export function segmentKey(spec: { runId: string; jobId: string; attempt: number }, index: number): string {
  return `${logPrefix(spec)}${String(index).padStart(6, '0')}.log`;
}

/** All keys of the log of one attempt begin so. */
export function logPrefix(spec: { runId: string; jobId: string; attempt: number }): string {
  return `logs/${spec.runId}/${spec.jobId}/${spec.attempt}/`;
}

export function artifactKey(
  spec: { runId: string; jobId: string; attempt: number },
  name: string,
  format?: string,
): string {
  return `artifacts/${spec.runId}/${spec.jobId}/${spec.attempt}/${artifactFileName(name, format)}`;
}

/** As people download it. */
export function artifactFileName(name: string, format = 'zip'): string {
  return `${name}.${format}`;
}

/** PORT. Where a runner puts its newest lines. Losing it costs nobody a line: segments hold them all. */
export type LiveLogWriter = {
  append(jobId: string, attempt: number, batch: LogLines): Promise<void>;
  /** No more lines will come; the tail is forgotten some time later. */
  end(jobId: string, attempt: number): Promise<void>;
  close(): Promise<void>;
};

/**
 * PORT. Follows the live tail from what it still holds. The first batch may begin after line 0, or after the
 * line a reader wants: the gap is in the segments. Ends when the log ended or the signal aborts.
 */
export type LiveLogReader = {
  follow(jobId: string, attempt: number, options: { signal: AbortSignal }): AsyncIterable<LogLines>;
  close(): Promise<void>;
};
