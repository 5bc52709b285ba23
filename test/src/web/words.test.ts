import { describe, expect, it } from 'vitest';
import { chooseJob } from '../../../src/web/choose-job.ts';
import { shortened } from '../../../src/web/html-text.ts';
import { sizeText } from '../../../src/web/size-text.ts';
import { spanWithin } from '../../../src/web/span-bar.ts';
import { ageText, durationText } from '../../../src/web/time-view.ts';
import { sampleAttempt, sampleJob } from './sample-runs.ts';

const minute = 60_000;
const hour = 60 * minute;

describe('lengths of time', () => {
  it.each([
    [-5, '0.0 s'],
    [420, '0.4 s'],
    [9_949, '9.9 s'],
    [9_960, '10 s'],
    [59_600, '1 m 00 s'],
    [3 * minute + 5_000, '3 m 05 s'],
    [2 * hour + 7 * minute, '2 h 07 m'],
  ])('%i ms is %s', (ms, text) => expect(durationText(ms)).toBe(text));

  it.each([
    [-4_000, 'just now'],
    [30_000, '30 s ago'],
    [5 * minute, '5 min ago'],
    [3 * hour, '3 h ago'],
    [50 * hour, '2 d ago'],
    [24 * 90 * hour, '3 months ago'],
  ])('%i ms ago is "%s"', (ms, text) => expect(ageText(ms)).toBe(text));
});

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [4_301, '4.2 KiB'],
    [1024 * 1024 - 1, '1.0 MiB'],
    [157_286_400, '150 MiB'],
  ])('%i bytes are %s', (bytes, text) => expect(sizeText(bytes)).toBe(text));
});

describe('a shortened text', () => {
  it('is cut between characters, not within them', () => {
    expect(shortened('👍👍👍👍', 3)).toBe('👍👍…');
    expect(shortened('short', 5)).toBe('short');
    expect(shortened('x'.repeat(100_000), 10)).toBe(`${'x'.repeat(9)}…`);
  });
});

describe('the bar of a job', () => {
  const run = { createdAtMs: 0, startedAtMs: 0, finishedAtMs: 1000 };

  it('is where the job was within its run', () => {
    expect(spanWithin(run, { status: 'success', startedAtMs: 250, finishedAtMs: 750 }, 0)).toEqual({
      start: 25,
      length: 50,
    });
  });

  it('can be seen however short the job was, and is not there before it began', () => {
    expect(spanWithin(run, { status: 'success', startedAtMs: 1000, finishedAtMs: 1000 }, 0)).toEqual({
      start: 99,
      length: 1,
    });
    expect(spanWithin(run, { status: 'queued' }, 0)).toBeUndefined();
  });
});

describe('the job whose log is shown', () => {
  const job = (id: string, status: Parameters<typeof sampleJob>[0]) => sampleJob({ id, ...status });

  it('is what broke, else what runs, else what came last', () => {
    const done = job('a', { status: 'success' });
    const last = job('b', { status: 'success' });
    const running = job('c', { status: 'running', attempts: [sampleAttempt()] });
    const failed = job('d', { status: 'failure' });
    expect(chooseJob([done, last], undefined)?.id).toBe('b');
    expect(chooseJob([done, running, last], undefined)?.id).toBe('c');
    expect(chooseJob([done, running, failed], undefined)?.id).toBe('d');
    expect(chooseJob([done, running, failed], 'a')?.id).toBe('a');
    expect(chooseJob([], 'a')).toBeUndefined();
  });
});
