import { setTimeout as sleep } from 'node:timers/promises';
import {
  type LiveLogReader,
  type LiveLogWriter,
  type LogLines,
  liveTailBytes,
} from '../contract/live-log.ts';
import type { RedisClient } from './connect-redis.ts';
import { execAll } from './exec-all.ts';
import { hangUp } from './hang-up.ts';
import { blockingCopy, firstStream } from './stream-reader.ts';

const key = (jobId: string, attempt: number) => `hookline:log:${jobId}:${attempt}`;

/** While a job runs and says nothing its tail must stay; a job may not run longer than a day. */
const runningMs = 25 * 60 * 60_000;
const endedMs = 60_000;
const ended = 'end';
const blockMs = 5_000;
/** What an entry of a stream costs Redis beside its text, with some room. */
const entryBytes = 64;
/** Jobs of one runner that never came to their end are forgotten beyond this many. */
const keptTails = 200;

/** The entries that a tail holds: only one runner writes it, so it need not be asked for them. */
type Tail = { entries: { id: string; sizeBytes: number }[]; sizeBytes: number };

/**
 * Tails are bounded by their bytes. By their number of entries they could not be: a job that says little would
 * keep a few lines, fewer than what is not yet in a segment, and one that says much would hold megabytes.
 */
export function createLiveLogWriter(redis: RedisClient): LiveLogWriter {
  const tails = new Map<string, Tail>();

  function tailOf(stream: string): Tail {
    const known = tails.get(stream);
    if (known) return known;
    for (const oldest of tails.keys()) if (tails.size >= keptTails) tails.delete(oldest);
    const tail: Tail = { entries: [], sizeBytes: 0 };
    tails.set(stream, tail);
    return tail;
  }

  return {
    async append(jobId, attempt, batch) {
      const stream = key(jobId, attempt);
      const tail = tailOf(stream);
      const text = JSON.stringify(batch);
      const id = `${batch.firstLine + 1}-0`;
      const sizeBytes = Buffer.byteLength(text) + entryBytes;
      tail.entries.push({ id, sizeBytes });
      tail.sizeBytes += sizeBytes;
      while (tail.sizeBytes > liveTailBytes && tail.entries.length > 1) {
        tail.sizeBytes -= tail.entries.shift()?.sizeBytes ?? 0;
      }
      const oldest = tail.entries[0]?.id ?? id;
      await execAll(
        redis.pipeline().xadd(stream, 'MINID', '=', oldest, id, 'lines', text).pexpire(stream, runningMs),
      );
    },
    async end(jobId, attempt) {
      const stream = key(jobId, attempt);
      tails.delete(stream);
      await execAll(redis.pipeline().xadd(stream, '*', 'lines', ended).pexpire(stream, endedMs));
    },
    close: async () => {},
  };
}

export function createLiveLogReader(redis: RedisClient): LiveLogReader {
  return {
    async *follow(jobId, attempt, { signal }) {
      const blocking = blockingCopy(redis);
      const stop = () => hangUp(blocking);
      signal.addEventListener('abort', stop, { once: true });
      let last = '0';
      try {
        while (!signal.aborted) {
          const reply: unknown = await blocking
            .xread('COUNT', 16, 'BLOCK', blockMs, 'STREAMS', key(jobId, attempt), last)
            .catch(() => sleep(200, undefined, { signal }).catch(() => {}));
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
