import { describe, expect, it } from 'vitest';
import type { AttemptDetail, JobDetail } from '../../../../src/runs/history.ts';
import { waitUntil } from '../../../support/wait-until.ts';
import { attemptWith, jobWith, runWith } from '../memory-history.ts';
import { numberedLines, quickStreams, testApp } from '../test-app.ts';
import { linesIn, readEvents } from './sse-reader.ts';

const path = '/api/v1/jobs/job1/log/stream';
const leased = attemptWith({ status: 'leased' });

function appWithJob(job: Partial<JobDetail>, options: Parameters<typeof testApp>[0] = {}) {
  const test = testApp(options);
  const setJob = (fields: Partial<JobDetail>) =>
    test.history.runs.set('run1', runWith({ status: 'running', jobs: [jobWith(fields)] }));
  setJob(job);
  const open = async (query = '', init: RequestInit = {}, env = {}) =>
    readEvents(await test.app.request(`${path}${query}`, init, env));
  const send = (from: number, end: number) =>
    test.live.send({ firstLine: from, lines: numberedLines(from, end) });
  const store = (from: number, end: number, attempt = 1) =>
    test.storeSegment('job1', attempt, from, numberedLines(from, end));
  const end = (fields: Partial<AttemptDetail> = {}) =>
    setJob({ status: 'success', attempts: [attemptWith(fields)] });
  return { ...test, setJob, open, send, store, end };
}

const running: Partial<JobDetail> = { status: 'running', attempts: [leased] };
const upTo = (count: number) => Array.from({ length: count }, (_, line) => line);

describe('a log that is followed', () => {
  it('of an ended job is all there, then ends', async () => {
    const { open, store, end } = appWithJob({});
    await store(0, 1500);
    await store(1500, 2000);
    end();
    const events = await (await open()).rest();
    expect(linesIn(events)).toEqual(upTo(2000));
    expect(events[0]).toMatchObject({
      event: 'state',
      data: { runId: 'run1', status: 'success', attempt: 1 },
    });
    expect(events.at(-1)).toEqual({
      event: 'end',
      id: '1-end',
      data: { status: 'success', attempt: 1, lines: 2000 },
    });
  });

  it('goes from stored lines to live ones without gap or repeat', async () => {
    const { open, store, send, end } = appWithJob(running);
    await store(0, 10);
    send(5, 12);
    const reader = await open();
    await reader.next('lines');
    expect(await reader.next('lines')).toMatchObject({ id: '1-11', data: { attempt: 1, firstLine: 10 } });
    send(12, 14);
    expect(await reader.next('lines')).toMatchObject({
      data: { firstLine: 12, lines: [{ atMs: 12, step: 0, text: 'line 12' }, { text: 'line 13' }] },
    });
    await store(10, 14);
    end();
    await reader.rest();
    expect(linesIn(reader.all)).toEqual(upTo(14));
  });

  it('waits for the segment between what is stored and where the live tail begins', async () => {
    const { open, store, send, end, live } = appWithJob(running);
    await store(0, 3);
    send(8, 10);
    const reader = await open();
    await reader.next('lines');
    await waitUntil(async () => live.readers() === 1, { what: 'the tail to be followed', timeoutMs: 5_000 });
    await store(3, 9);
    await reader.next('lines');
    await reader.next('lines');
    await store(9, 10);
    end();
    await reader.rest();
    expect(linesIn(reader.all)).toEqual(upTo(10));
  });

  it('says which lines are missing when that segment never comes, and goes on', async () => {
    const { open, send, end, store } = appWithJob(running);
    send(4, 6);
    const reader = await open();
    expect(await reader.next('gap')).toEqual({
      event: 'gap',
      id: '1-3',
      data: { attempt: 1, firstLine: 0, lineCount: 4 },
    });
    await reader.next('lines');
    await store(4, 6);
    end();
    await reader.rest();
    expect(linesIn(reader.all)).toEqual(['gap 0+4', 4, 5]);
  });

  it('names the lines that a lost machine took with it', async () => {
    const { open, store, end } = appWithJob({});
    await store(0, 3);
    end({ log: { lines: 7, bytes: 100, cut: false } });
    expect(linesIn(await (await open()).rest())).toEqual([0, 1, 2, 'gap 3+4']);
  });

  it('names the lines of a segment that the store has lost', async () => {
    const { open, store, end, blobs } = appWithJob({});
    await store(0, 3);
    await blobs.remove((await store(3, 5)).key);
    await store(5, 7);
    end();
    expect(linesIn(await (await open()).rest())).toEqual([0, 1, 2, 'gap 3+2', 5, 6]);
  });

  it('lives on segments when the live tail is silent or fails', async () => {
    const { open, store, end, live } = appWithJob(running);
    const reader = await open();
    await store(0, 2);
    await reader.next('lines');
    live.fail();
    await store(2, 4);
    await reader.next('lines');
    end();
    await reader.rest();
    expect(linesIn(reader.all)).toEqual(upTo(4));
  });

  it('outlives a history and a store that fail for a while', async () => {
    const { open, store, end, history, blobs, send } = appWithJob(running);
    const { run } = history;
    const { get } = blobs;
    await store(0, 2);
    let failures = 0;
    blobs.get = () => Promise.reject(new Error('the store is down'));
    const reader = await open();
    await reader.next('state');
    history.run = async () => {
      failures += 1;
      throw new Error('the database is down');
    };
    await waitUntil(async () => failures > 2, { what: 'several failures', timeoutMs: 5_000 });
    history.run = run;
    blobs.get = get;
    send(2, 3);
    await store(2, 3);
    end();
    await reader.rest();
    expect(linesIn(reader.all)).toEqual([0, 1, 2]);
  });

  it('waits for a job that is still queued', async () => {
    const { open, setJob, store, end } = appWithJob({ status: 'queued', attempts: [] });
    const reader = await open();
    expect(await reader.next('state')).toMatchObject({ data: { status: 'queued', attempt: 0 } });
    setJob(running);
    expect(await reader.next('state')).toMatchObject({ data: { status: 'running', attempt: 1 } });
    await store(0, 1);
    end();
    expect((await reader.rest()).at(-1)).toMatchObject({ event: 'end', data: { lines: 1 } });
  });

  it('ends for a job that was cancelled before it began', async () => {
    const { open, setJob } = appWithJob({ status: 'queued', attempts: [] });
    const reader = await open();
    await reader.next('state');
    setJob({ status: 'cancelled', attempts: [] });
    expect(await reader.next('end')).toMatchObject({ data: { status: 'cancelled', lines: 0 } });
  });

  it('tells of steps as they go', async () => {
    const { open, setJob, end } = appWithJob(running);
    const reader = await open();
    await reader.next('state');
    const step = { index: 0, name: 'npm test', status: 'running' } as const;
    setJob({ status: 'running', attempts: [attemptWith({ status: 'leased', steps: [step] })] });
    expect(await reader.next('state')).toMatchObject({ data: { attempts: [{ steps: [step] }] } });
    end();
    const last = (await reader.rest()).filter(({ event }) => event === 'state').at(-1);
    expect(last).toMatchObject({ data: { status: 'success' } });
  });

  it('goes on with the next attempt when a runner is lost', async () => {
    const { open, setJob, store } = appWithJob(running);
    await store(0, 3);
    const reader = await open();
    await reader.next('lines');
    await store(3, 4);
    const lost = attemptWith({ status: 'lost' });
    setJob({ status: 'queued', attempts: [lost, attemptWith({ number: 2, status: 'queued' })] });
    expect(await reader.next('lines')).toMatchObject({ id: '1-3' });
    await store(0, 2, 2);
    setJob({ status: 'success', attempts: [lost, attemptWith({ number: 2 })] });
    expect(await reader.next('lines')).toMatchObject({ id: '2-1', data: { attempt: 2, firstLine: 0 } });
    expect(await reader.next('end')).toMatchObject({ id: '2-end', data: { attempt: 2, lines: 2 } });
  });
});

describe('a reader who comes back', () => {
  it('goes on after the last event it had', async () => {
    const { open, store, end } = appWithJob({});
    await store(0, 6);
    end();
    for (const id of ['1-3', '3']) {
      const events = await (await open('?from=1', { headers: { 'last-event-id': id } })).rest();
      expect(linesIn(events)).toEqual([4, 5]);
    }
    expect(linesIn(await (await open('?from=5')).rest())).toEqual([5]);
  });

  it('gets the rest of the attempt it was reading, then the next one', async () => {
    const { open, setJob, store } = appWithJob({});
    await store(0, 4);
    await store(0, 2, 2);
    setJob({ status: 'success', attempts: [attemptWith({ status: 'lost' }), attemptWith({ number: 2 })] });
    const events = await (await open('', { headers: { 'last-event-id': '1-2' } })).rest();
    expect(events.filter(({ event }) => event === 'lines').map(({ id }) => id)).toEqual(['1-3', '2-1']);
    const first = await (await open('?attempt=1')).rest();
    expect(linesIn(first)).toEqual([0, 1, 2, 3]);
    expect(first.at(-1)).toMatchObject({ event: 'end', data: { attempt: 1 } });
  });

  it('is told not to come again when it has had the end', async () => {
    const { app, end } = appWithJob({});
    end();
    const response = await app.request(path, { headers: { 'last-event-id': '1-end' } });
    expect(response.status).toBe(204);
  });
});

describe('a stream', () => {
  it('is refused for jobs and attempts that are not there', async () => {
    const { app } = appWithJob(running);
    expect((await app.request('/api/v1/jobs/none/log/stream')).status).toBe(404);
    expect((await app.request(`${path}?attempt=2`)).status).toBe(404);
    expect((await app.request(`${path}?from=-1`)).status).toBe(400);
  });

  it('says that nobody may keep or hold it back', async () => {
    const { app, end } = appWithJob({});
    end();
    const response = await app.request(path);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    await response.text();
  });

  it('is not begun for a HEAD', async () => {
    const { app, live } = appWithJob(running);
    const response = await app.request(path, { method: 'HEAD' });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(live.readers()).toBe(0);
  });

  it('shows that it lives', async () => {
    const { open } = appWithJob(running, { streams: { ...quickStreams, pingMs: 5 } });
    await (await open()).until(': ping\n\n');
  });

  it('lets go of the live tail, and of its place, when its reader leaves', async () => {
    const { app, open, live } = appWithJob(running, { streams: { ...quickStreams, maxStreams: 1 } });
    for (const leave of ['cancel', 'signal'] as const) {
      const gone = new AbortController();
      const reader = await open('', { signal: gone.signal });
      await waitUntil(async () => live.readers() === 1, { what: 'a reader', timeoutMs: 5_000 });
      const refused = await app.request(path);
      expect(refused.status).toBe(503);
      expect(refused.headers.get('retry-after')).toBe('5');
      if (leave === 'cancel') await reader.cancel();
      else gone.abort();
      await waitUntil(async () => live.readers() === 0, { what: 'no reader', timeoutMs: 5_000 });
    }
  });

  it('ends with a hint to come back, and no `end`, when the server stops', async () => {
    const { open, live } = appWithJob(running);
    const stopping = new AbortController();
    const reader = await open('', {}, { stopping: stopping.signal });
    await waitUntil(async () => live.readers() === 1, { what: 'a reader', timeoutMs: 5_000 });
    stopping.abort();
    expect((await reader.rest()).map(({ event }) => event)).not.toContain('end');
    expect(reader.text()).toContain('retry: 2000');
  });

  it('asks history once for a crowd of readers', async () => {
    const { open, history, end } = appWithJob(running, { streams: { ...quickStreams, pollMs: 200 } });
    const { run } = history;
    let reads = 0;
    history.run = async (id) => {
      reads += 1;
      return await run(id);
    };
    const readers = await Promise.all(Array.from({ length: 10 }, () => open()));
    end();
    await Promise.all(readers.map((reader) => reader.rest()));
    expect(reads).toBeLessThan(10);
  });
});
