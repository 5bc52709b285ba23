import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type FollowOptions, followLog } from '../../../../src/http/logs/follow-log.ts';
import { silentLog } from '../../../../src/log.ts';
import { numberedLines, testApp } from '../test-app.ts';

const jobId = 'job1';
const attempt = 1;
/** No gap is given up here: whatever is stored late must still come. */
const patient = { quietMs: 3, gapMs: 60_000, lookMs: 1 };

function following(test: ReturnType<typeof testApp>, options: Pick<FollowOptions, 'from' | 'ended'>) {
  const { history, blobs, live } = test;
  const { signal } = new AbortController();
  return followLog(
    { history, blobs, live, log: silentLog },
    { jobId, attempt, signal, times: patient, ...options },
  );
}

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 });

it('every line comes once and in order, however segments and live batches interleave', async () => {
  await fc.assert(
    fc.asyncProperty(
      sizes,
      sizes,
      fc.record({
        from: fc.nat(20),
        /** Batches the tail has forgotten before the reader comes. */
        forgotten: fc.nat(4),
        /** For each step: whether a batch is sent (or else a segment is stored), and how long to wait then. */
        steps: fc.array(fc.tuple(fc.boolean(), fc.nat(3)), { minLength: 24, maxLength: 24 }),
      }),
      async (segmentSizes, batchSizes, { from, forgotten, steps }) => {
        const total = segmentSizes.reduce((sum, size) => sum + size, 0);
        const test = testApp();
        const ended = new AbortController();
        const segments = rangesOf(segmentSizes, total);
        const batches = rangesOf(batchSizes, total);
        batches.splice(0, forgotten);
        const seen: number[] = [];
        const reading = (async () => {
          for await (const piece of following(test, { from, ended: ended.signal })) {
            expect(piece).not.toHaveProperty('missing');
            if ('lines' in piece) seen.push(...piece.lines.map((_, offset) => piece.firstLine + offset));
          }
        })();
        for (const [live, turns] of steps) {
          const range = live ? batches.shift() : segments.shift();
          if (range) {
            const [start, end] = range;
            if (live) test.live.send({ firstLine: start, lines: numberedLines(start, end) });
            else await test.storeSegment(jobId, attempt, start, numberedLines(start, end));
          }
          for (let left = turns; left > 0; left -= 1) await turn();
        }
        for (const [start, end] of segments) {
          await test.storeSegment(jobId, attempt, start, numberedLines(start, end));
        }
        ended.abort();
        await reading;
        expect(seen).toEqual(Array.from({ length: Math.max(0, total - from) }, (_, offset) => from + offset));
        expect(test.live.readers()).toBe(0);
      },
    ),
    { numRuns: 150 },
  );
});

it('a reader who takes nothing makes the tail wait, and lets go of it when it leaves', async () => {
  const test = testApp();
  const ended = new AbortController();
  test.live.send({ firstLine: 0, lines: numberedLines(0, 1) });
  test.live.send({ firstLine: 1, lines: numberedLines(1, 2) });
  const log = following(test, { from: 0, ended: ended.signal });
  expect((await log.next()).value).toMatchObject({ firstLine: 0 });
  expect(test.live.readers()).toBe(1);
  await log.return(undefined);
  await turn();
  expect(test.live.readers()).toBe(0);
});

/** Ranges of the given sizes from line 0 on; the last one reaches to the end. */
function rangesOf(lengths: readonly number[], total: number): [number, number][] {
  const ranges: [number, number][] = [];
  let start = 0;
  for (const length of lengths) {
    if (start >= total) break;
    const end = Math.min(total, start + length);
    ranges.push([start, end]);
    start = end;
  }
  if (start < total) ranges.push([start, total]);
  return ranges;
}
