import type { JobLog } from '../../runners/log/job-log.ts';
import type { Masker } from '../../runners/log/masker.ts';
import { createLineSplitter } from '../../runners/log/split-lines.ts';

const tailLines = 40;

/** One masked line of a job; without a step the executor itself speaks. */
export type LogLine = { step?: number; text: string };

/**
 * The log of a job for whoever watches: every line as soon as it is whole, in order with what is reported of its steps. It
 * keeps the last lines and nothing else. What `take` returns is waited for before more is read.
 */
export function openLocalLog(options: {
  masker: Masker;
  limitBytes: number;
  take: (lines: readonly LogLine[]) => void | Promise<void>;
}): JobLog {
  const { masker, limitBytes, take } = options;
  const splitter = createLineSplitter();
  let last: string[] = [];
  let lineCount = 0;
  let sizeBytes = 0;
  let cut = false;

  function add(step: number | undefined, texts: readonly string[]): void | Promise<void> {
    const lines: LogLine[] = [];
    for (const text of texts) {
      if (cut) break;
      sizeBytes += Buffer.byteLength(text) + 1;
      cut = sizeBytes > limitBytes;
      lines.push({
        ...(step === undefined ? {} : { step }),
        text: cut ? 'the log reached its limit; what follows is not kept' : text,
      });
    }
    lineCount += lines.length;
    last = [...last, ...texts.slice(-tailLines)].slice(-tailLines);
    if (lines.length > 0) return take(lines);
  }

  return {
    write: (step, chunk) => add(step, splitter.write(masker.write(chunk))),
    endStep(step) {
      void add(step, splitter.write(masker.flush()));
      void add(step, splitter.end());
    },
    note: (text) => void add(undefined, masker.text(text).split('\n')),
    tail: (count) => last.slice(-count),
    end: async () => ({ lines: lineCount, bytes: sizeBytes, cut }),
  };
}
