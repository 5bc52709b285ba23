import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openJobLog } from '../../../runners/log/job-log.ts';
import { createMasker } from '../../../runners/log/masker.ts';
import { uploadLeftSegments } from '../../../runners/log/segment-files.ts';
import { createMemoryStore } from '../../../src/blobs/memory-store.ts';
import type { JobEvent } from '../../../src/contract/job-event.ts';
import { segmentKey } from '../../../src/contract/live-log.ts';
import { createMemoryLiveLog } from '../../../src/contract/memory/memory-live-log.ts';

type Segment = Extract<JobEvent, { type: 'log.segment' }>;
const attempt = { runId: 'run', jobId: 'job', attempt: 1 };
const forever = new AbortController().signal;

function open(options: { limitBytes?: number; secrets?: string[]; failures?: number } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'hookline-log-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const store = createMemoryStore();
  const live = createMemoryLiveLog();
  const reported: Segment[] = [];
  let failures = options.failures ?? 0;
  const blobs = {
    put: (...given: Parameters<typeof store.put>) => {
      failures -= 1;
      if (failures >= 0) throw new Error('the store is away');
      return store.put(...given);
    },
  };
  const log = openJobLog({
    attempt,
    directory,
    blobs,
    live: live.writer,
    masker: createMasker(options.secrets ?? []),
    limitBytes: options.limitBytes ?? 100 * 1024 * 1024,
    startedAtMs: 1_000,
    now: () => 1_250,
    report: (event) => reported.push(event),
  });
  async function stored(): Promise<string> {
    let text = '';
    for (const segment of reported) {
      const found = await store.get(segment.key);
      const body = await new Response(found?.body).text();
      expect(Buffer.byteLength(body)).toBe(segment.sizeBytes);
      expect(body.split('\n').length - 1).toBe(segment.lineCount);
      expect(text.split('\n').length - 1).toBe(segment.firstLine);
      text += body;
    }
    return text;
  }
  return { directory, log, reported, stored, store, blobs, live };
}

const bytes = (text: string) => Buffer.from(text);

describe('the log of a job', () => {
  it('is lines with their time and step, in the store and before readers alike', async () => {
    const { log, stored, live } = open();
    log.note('checking out');
    await log.write(0, bytes('one\ntw'));
    await log.write(0, bytes('o\nthree'));
    log.endStep(0);
    await log.write(1, bytes('four\n'));
    const end = await log.end(forever);
    const text = '250 - checking out\n250 0 one\n250 0 two\n250 0 three\n250 1 four\n';
    expect(await stored()).toBe(text);
    expect(end).toEqual({ lines: 5, bytes: Buffer.byteLength(text), cut: false });
    const seen: string[] = [];
    for await (const batch of live.reader.follow('job', 1, { signal: forever })) seen.push(...batch.lines);
    expect(`${seen.join('\n')}\n`).toBe(text);
    expect(log.tail(2)).toEqual(['three', 'four']);
  });

  it('has no secret in it, also when it was printed in pieces', async () => {
    const { log, stored, directory } = open({ secrets: ['hunter2-hunter2'] });
    for (const byte of bytes('the key is hunter2-hunter2, or hunter2-hun\n'))
      await log.write(0, Buffer.of(byte));
    log.endStep(0);
    log.note('failed with hunter2-hunter2');
    await log.end(forever);
    expect(await stored()).toBe('250 0 the key is ***, or hunter2-hun\n250 - failed with ***\n');
    expect(log.tail(1)).toEqual(['failed with ***']);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('comes whole and in order through a store that fails for a while, in segments of about 1 MiB', async () => {
    const { log, stored, reported } = open({ failures: 2 });
    const line = 'x'.repeat(1_000);
    const count = 3_500;
    for (let index = 0; index < count; index += 1) await log.write(0, bytes(`${index} ${line}\n`));
    const end = await log.end(forever);
    expect(end.lines).toBe(count);
    const text = await stored();
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((kept) => Number(kept.split(' ')[2])),
    ).toEqual(Array.from({ length: count }, (_, index) => index));
    expect(reported.map(({ index }) => index)).toEqual(reported.map((_, index) => index));
    expect(reported.length).toBeGreaterThan(3);
    for (const segment of reported) expect(segment.sizeBytes).toBeLessThan(1.1 * 1024 * 1024);
  });

  it('ends at its limit and says so, and what follows is not kept', async () => {
    const { log, stored } = open({ limitBytes: 2 * 1024 * 1024 });
    for (let index = 0; index < 3_000; index += 1) await log.write(0, bytes(`${'y'.repeat(1_000)}\n`));
    await log.write(0, bytes('the very last words\n'));
    const end = await log.end(forever);
    expect(end.cut).toBe(true);
    const kept = await stored();
    expect(kept.length).toBeLessThan(2 * 1024 * 1024 + 200);
    expect(kept.trimEnd().split('\n').at(-1)).toContain('reached its limit of 2 MiB');
    expect(log.tail(1)).toEqual(['the very last words']);
  });

  it('gives up on the store when it is told to, and leaves on disk what is not there', async () => {
    const { log, directory, reported } = open({ failures: 1_000 });
    await log.write(0, bytes('one\n'));
    const stop = new AbortController();
    const ending = log.end(stop.signal);
    stop.abort();
    expect(await ending).toMatchObject({ lines: 1 });
    expect(reported).toEqual([]);
    expect(readdirSync(directory)).toEqual(['000000.log']);
  });

  it('does not end the runner when the disk takes nothing more', async () => {
    const { log, directory } = open();
    rmSync(directory, { recursive: true });
    await log.write(0, bytes('one\n'));
    expect(await log.end(forever)).toMatchObject({ cut: true });
  });
});

describe('what a process that died left of a log', () => {
  it('is uploaded after what is known, with its numbers going on, a torn last line included', async () => {
    const { directory, blobs, store } = open();
    writeFileSync(join(directory, '000001.log'), '5 0 three\n6 0 four\n');
    writeFileSync(join(directory, '000002.log'), '7 0 fi');
    appendFileSync(join(directory, '000002.log'), Buffer.from('ü').subarray(0, 1));
    const known = [{ index: 0, firstLine: 0, lineCount: 2, sizeBytes: 20 }];
    const reported: Segment[] = [];
    const report = (event: Segment) => reported.push(event);
    await uploadLeftSegments({ attempt, directory, blobs, report, known, signal: forever });
    expect(reported.map(({ index, firstLine, lineCount }) => [index, firstLine, lineCount])).toEqual([
      [1, 2, 2],
      [2, 4, 1],
    ]);
    const last = await store.get(segmentKey(attempt, 2));
    expect(await new Response(last?.body).text()).toBe('7 0 fi\ufffd\n');
    expect(last?.sizeBytes).toBe(reported[1]?.sizeBytes);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('is nothing when there is nothing', async () => {
    const { directory, blobs } = open();
    rmSync(directory, { recursive: true });
    const reported: Segment[] = [];
    const report = (event: Segment) => reported.push(event);
    await uploadLeftSegments({ attempt, directory, blobs, report, known: [], signal: forever });
    expect(reported).toEqual([]);
  });
});
