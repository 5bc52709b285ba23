import { describe, expect, it } from 'vitest';
import type { JobDetail } from '../../../../src/runs/history.ts';
import { attemptWith, jobWith, runWith } from '../memory-history.ts';
import { numberedLines, testApp } from '../test-app.ts';

const path = '/api/v1/jobs/job1/log';

function appWithJob(job: Parameters<typeof jobWith>[0]) {
  const test = testApp();
  test.history.runs.set('run1', runWith({ jobs: [jobWith(job)] }));
  const text = async (query = '') => await (await test.app.request(`${path}${query}`)).text();
  return { ...test, text };
}

describe('a log as text', () => {
  const ended: Partial<JobDetail> = { status: 'success', attempts: [attemptWith()] };

  it('is what the steps printed, line by line', async () => {
    const { storeSegment, text, app } = appWithJob(ended);
    await storeSegment('job1', 1, 0, ['0 - preparing', '12 0 \u001b[32mgrün\u001b[0m', '13 0 ']);
    await storeSegment('job1', 1, 3, ['20 1 done', 'of no known form']);
    expect(await text()).toBe('preparing\n\u001b[32mgrün\u001b[0m\n\ndone\nof no known form\n');
    expect(await text('?raw=true&from=3')).toBe('20 1 done\nof no known form\n');
    const { headers } = await app.request(path);
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
  });

  it('is of the newest attempt unless another is asked for', async () => {
    const { storeSegment, text, app } = appWithJob({
      attempts: [attemptWith({ status: 'lost' }), attemptWith({ number: 2 })],
    });
    await storeSegment('job1', 1, 0, ['0 0 first']);
    await storeSegment('job1', 2, 0, ['0 0 second']);
    expect(await text()).toBe('second\n');
    expect(await text('?attempt=1')).toBe('first\n');
    expect((await app.request(`${path}?attempt=3`)).status).toBe(404);
    expect((await app.request('/api/v1/jobs/none/log')).status).toBe(404);
  });

  it('holds lines that are cut anywhere between two chunks of the store', async () => {
    const { storeSegment, text, blobs } = appWithJob(ended);
    await storeSegment('job1', 1, 0, ['0 0 zwölf', '0 0 Boxkämpfer', '0 0 jagen 🥊']);
    const { get } = blobs;
    blobs.get = async (key, options) => {
      const found = await get(key, options);
      const bytes = found && Buffer.from(await new Response(found.body).arrayBuffer());
      return found && bytes && { ...found, body: streamOf([...bytes].map((byte) => Uint8Array.of(byte))) };
    };
    expect(await text()).toBe('zwölf\nBoxkämpfer\njagen 🥊\n');
  });

  it('says which lines are not in the store, and does not swallow a file that is no log', async () => {
    const { storeSegment, text, blobs } = appWithJob(ended);
    await storeSegment('job1', 1, 0, ['0 0 first']);
    const { key } = await storeSegment('job1', 1, 1, ['0 0 second', '0 0 third']);
    const expected = 'first\n[hookline: 2 lines from line 1 on are not in the store]\n';
    await blobs.remove(key);
    expect(await text()).toBe(expected);
    await blobs.put(key, Buffer.alloc(3_000_000, 'x'));
    expect(await text()).toBe(expected);
  });

  it('of a running job goes as far as the live tail does by now', async () => {
    const { storeSegment, text, live, app } = appWithJob({
      status: 'running',
      attempts: [attemptWith({ status: 'leased' })],
    });
    await storeSegment('job1', 1, 0, numberedLines(0, 3));
    live.send({ firstLine: 2, lines: numberedLines(2, 6) });
    expect(await text()).toBe('line 0\nline 1\nline 2\nline 3\nline 4\nline 5\n');
    expect((await app.request(path, { method: 'HEAD' })).headers.has('etag')).toBe(false);
    expect(live.readers()).toBe(0);
  });

  it('of a job that has not begun is empty', async () => {
    expect(await appWithJob({ status: 'queued' }).text()).toBe('');
  });

  it('is not sent again once the job has ended', async () => {
    const { app } = appWithJob(ended);
    const etag = (await app.request(path)).headers.get('etag') ?? '';
    expect((await app.request(path, { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await app.request(`${path}?raw=1`, { headers: { 'if-none-match': etag } })).status).toBe(200);
  });
});

function streamOf(chunks: Uint8Array<ArrayBuffer>[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk) controller.enqueue(chunk);
      else controller.close();
    },
  });
}
