import { type LiveLogReader, type LiveLogWriter, type LogLines, liveTailBytes } from '../live-log.ts';

type Tail = { batches: LogLines[]; sizeBytes: number; ended: boolean; dropped: number; wake: () => void };

const forgetMs = 60_000;

/** Live tails in the process's own memory: for tests and for trying hookline out. */
export function createMemoryLiveLog(): { writer: LiveLogWriter; reader: LiveLogReader } {
  const tails = new Map<string, Tail>();

  function tailOf(jobId: string, attempt: number): Tail {
    const key = `${jobId} ${attempt}`;
    const tail = tails.get(key) ?? { batches: [], sizeBytes: 0, ended: false, dropped: 0, wake: () => {} };
    tails.set(key, tail);
    return tail;
  }

  return {
    writer: {
      async append(jobId, attempt, batch) {
        const tail = tailOf(jobId, attempt);
        tail.batches.push(batch);
        tail.sizeBytes += sizeOf(batch);
        for (
          let oldest = tail.batches[0];
          oldest && tail.sizeBytes > liveTailBytes;
          oldest = tail.batches[0]
        ) {
          tail.batches.shift();
          tail.dropped += 1;
          tail.sizeBytes -= sizeOf(oldest);
        }
        tail.wake();
      },
      async end(jobId, attempt) {
        const tail = tailOf(jobId, attempt);
        tail.ended = true;
        tail.wake();
        setTimeout(() => tails.delete(`${jobId} ${attempt}`), forgetMs).unref();
      },
      close: async () => {},
    },
    reader: {
      async *follow(jobId, attempt, { signal }) {
        const tail = tailOf(jobId, attempt);
        let next = 0;
        while (!signal.aborted) {
          next = Math.max(next, tail.dropped);
          const batch = tail.batches[next - tail.dropped];
          if (batch) {
            next += 1;
            yield batch;
          } else if (tail.ended) return;
          else await change(tail, signal);
        }
      },
      close: async () => {},
    },
  };
}

function sizeOf(batch: LogLines): number {
  return batch.lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
}

/** Resolves when something was appended, the log ended or the signal aborted; many may wait at once. */
function change(tail: Tail, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const others = tail.wake;
    const done = () => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    tail.wake = () => {
      tail.wake = () => {};
      others();
      done();
    };
    signal.addEventListener('abort', done, { once: true });
  });
}
