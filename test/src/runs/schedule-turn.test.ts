import { describe, expect, it } from 'vitest';
import { loadCronTimes } from '../../../src/runs/cron-times.ts';
import { scheduleTurn } from '../../../src/runs/schedule-turn.ts';

const timesOf = await loadCronTimes();
const ms = (text: string) => Date.parse(text);
const iso = (atMs: number | undefined) => atMs && new Date(atMs).toISOString().slice(0, 16);

function turn(cron: string, missed: 'skip' | 'once', due: string, now: string) {
  const next = timesOf({ cron, timezone: 'UTC' });
  const { fire, nextDueAtMs } = scheduleTurn({ dueAtMs: ms(due), missed }, ms(now), next);
  return {
    next: iso(nextDueAtMs),
    ...(fire ? { fired: iso(fire.dueAtMs) } : {}),
    ...(fire?.missedSinceMs === undefined ? {} : { missedSince: iso(fire.missedSinceMs) }),
  };
}

describe('a schedule whose time has come', () => {
  it('is built for that time', () => {
    expect(turn('0 3 * * *', 'skip', '2026-05-04T03:00Z', '2026-05-04T03:00:04Z')).toEqual({
      fired: '2026-05-04T03:00',
      next: '2026-05-05T03:00',
    });
  });

  it('is built late, but not later than an hour', () => {
    expect(turn('0 3 * * *', 'skip', '2026-05-04T03:00Z', '2026-05-04T03:59Z')).toMatchObject({
      fired: '2026-05-04T03:00',
    });
    expect(turn('0 3 * * *', 'skip', '2026-05-04T03:00Z', '2026-05-04T04:01Z')).toEqual({
      next: '2026-05-05T03:00',
    });
  });

  it('is built once for all times that passed, if it says once', () => {
    expect(turn('0 3 * * *', 'once', '2026-05-04T03:00Z', '2026-05-09T12:00Z')).toEqual({
      fired: '2026-05-04T03:00',
      missedSince: '2026-05-04T03:00',
      next: '2026-05-10T03:00',
    });
    expect(turn('0 * * * *', 'once', '2026-05-04T03:00Z', '2026-05-09T12:10Z')).toEqual({
      fired: '2026-05-09T12:00',
      missedSince: '2026-05-04T03:00',
      next: '2026-05-09T13:00',
    });
  });

  it('is built once for the newest time, however many passed', () => {
    expect(turn('* * * * *', 'skip', '2020-01-01T00:00Z', '2026-05-09T12:10:30Z')).toEqual({
      fired: '2026-05-09T12:10',
      next: '2026-05-09T12:11',
    });
  });
});

describe('the times of an expression', () => {
  const times = (cron: string, from: string, count: number, timezone = 'Europe/Paris') => {
    const next = timesOf({ cron, timezone });
    const found: (number | undefined)[] = [];
    for (let at: number | undefined = ms(from); found.length < count; found.push(at)) at = next(at ?? 0);
    return found.map(iso);
  };

  it('come once where the clocks go forward, as soon as they have', () => {
    // At 01:00 UTC it is 03:00 in Paris; 02:30 is left out that night.
    const nights = ['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30'];
    expect(times('30 2 * * *', '2026-03-27T12:00Z', 3)).toEqual(nights);
    expect(times('15,45 2 * * *', '2026-03-28T12:00Z', 2)).toEqual(['2026-03-29T01:00', '2026-03-30T00:15']);
  });

  it('come once where the clocks go back', () => {
    const nights = ['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30'];
    expect(times('30 2 * * *', '2026-10-23T12:00Z', 3)).toEqual(nights);
    // Between the two 02:30 of that night.
    expect(times('30 2 * * *', '2026-10-25T00:31Z', 1)).toEqual(['2026-10-26T01:30']);
  });

  it('go by the hours that pass where the minute or the hour is a star', () => {
    const forward = ['2026-03-29T00:30', '2026-03-29T01:00', '2026-03-29T01:30'];
    expect(times('*/30 * * * *', '2026-03-29T00:00Z', 3)).toEqual(forward);
    const back = ['2026-10-25T00:30', '2026-10-25T01:00', '2026-10-25T01:30', '2026-10-25T02:00'];
    expect(times('*/30 * * * *', '2026-10-25T00:00Z', 4)).toEqual(back);
  });

  it('know years that have a 29th of February', () => {
    expect(times('0 0 29 2 *', '2026-01-01T00:00Z', 2, 'UTC')).toEqual([
      '2028-02-29T00:00',
      '2032-02-29T00:00',
    ]);
  });

  it('are those of either day where both are given, as in every crontab', () => {
    const found = ['2026-11-13T00:00', '2026-11-14T00:00', '2026-11-20T00:00'];
    expect(times('0 0 14 * fri', '2026-11-10T00:00Z', 3, 'UTC')).toEqual(found);
  });
});
