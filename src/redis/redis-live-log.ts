import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import {
  type LiveLogReader,
  type LiveLogWriter,
  type LogLines,
  liveTailBytes,
} from '../contract/live-log.ts';
import { blockingCopy, firstStream } from './stream-reader.ts';

const key = (jobId: string, attempt: number) => `hookline:log:${jobId}:${attempt}`;

// Runners hand over batches of at most 16 KiB and one line, a line being at most 64 KiB in UTF-8.
const batchBytes = 32 * 1024;
const tailLength = Math.floor(liveTailBytes / batchBytes);
/** While a job runs and says nothing its tail must stay; a job may not run longer than a day. */
const runningMs = 25 * 60 * 60_000;
const endedMs = 60_000;
const ended = 'end';
const blockMs = 5_000;

export function createLiveLogWriter(redis: Redis): LiveLogWriter {
  return {
    async append(jobId, attempt, batch) {
      const stream = key(jobId, attempt);
      await redis
        .pipeline()
        .xadd(stream, 'MAXLEN', '=', tailLength, '*', 'lines', JSON.stringify(batch))
        .pexpire(stream, runningMs)
        .exec();
    },
    async end(jobId, attempt) {
      const stream = key(jobId, attempt);
      await redis.pipeline().xadd(stream, '*', 'lines', ended).pexpire(stream, endedMs).exec();
    },
    close: async () => {},
  };
}

export function createLiveLogReader(redis: Redis): LiveLogReader {
  return {
    async *follow(jobId, attempt, { signal }) {
      const blocking = blockingCopy(redis);
      const stop = () => blocking.disconnect();
      signal.addEventListener('abort', stop, { once: true });
      let last = '0';
      try {
        while (!signal.aborted) {
          const reply: unknown = await blocking
            .xread('COUNT', 16, 'BLOCK', blockMs, 'STREAMS', key(jobId, attempt), last)
            .catch(() => sleep(200));
          for (const entry of firstStream(reply)) {
            last = entry.id;
            if (entry.value === ended) return;
            yield JSON.parse(entry.value) as LogLines;
          }
        }
      } finally {
        signal.removeEventListener('abort', stop);
        stop();
      }
    },
    close: async () => {},
  };
}
