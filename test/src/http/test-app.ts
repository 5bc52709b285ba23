import { randomUUID } from 'node:crypto';
import { createMemoryStore } from '../../../src/blobs/memory-store.ts';
import { type AppOptions, createApp } from '../../../src/http/app.ts';
import { silentLog } from '../../../src/log.ts';
import { createMemoryHistory } from './memory-history.ts';
import { createScriptedLiveLog } from './scripted-live-log.ts';

/** Times a test can wait for; the gap is still long enough for a busy machine. */
export const quickTimes = { quietMs: 40, gapMs: 400, lookMs: 10 };
export const quickStreams = { maxStreams: 20, pollMs: 10, pingMs: 15_000 };

/** The whole app over parts the test can reach. */
export function testApp(options: Partial<AppOptions> = {}) {
  const history = createMemoryHistory();
  const blobs = createMemoryStore();
  const live = createScriptedLiveLog();
  const app = createApp({
    history,
    blobs,
    liveLogs: live,
    publicUrl: 'http://localhost:8080',
    ready: async () => ({ store: 'ok' }),
    log: silentLog,
    now: Date.now,
    newId: randomUUID,
    streams: quickStreams,
    logTimes: quickTimes,
    ...options,
  });

  /** Stores lines as a runner does, and makes them known as control does. */
  async function storeSegment(jobId: string, attempt: number, firstLine: number, lines: readonly string[]) {
    const known = history.stored.get(`${jobId}/${attempt}`) ?? [];
    const index = known.length;
    const key = `logs/run1/${jobId}/${attempt}/${String(index).padStart(6, '0')}.log`;
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    await blobs.put(key, bytes);
    const segment = { index, key, sizeBytes: bytes.byteLength, firstLine, lineCount: lines.length };
    history.stored.set(`${jobId}/${attempt}`, [...known, segment]);
    return segment;
  }

  return { app, history, blobs, live, storeSegment };
}

/** Lines as they are stored, of step 0, each with its own number for a text. */
export function numberedLines(from: number, end: number): string[] {
  return Array.from({ length: end - from }, (_, offset) => `${from + offset} 0 line ${from + offset}`);
}
