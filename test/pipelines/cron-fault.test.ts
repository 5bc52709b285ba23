import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cronFault } from '../../pipelines/cron-fault.ts';
import { loadCronTimes } from '../../src/runs/cron-times.ts';

const bounds = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

/** A field as people write it: a star, a number, a range or a list, with steps where they may stand. */
function field([least, most]: readonly [number, number]): fc.Arbitrary<string> {
  const number = fc.integer({ min: least, max: most });
  const step = fc.option(fc.integer({ min: 1, max: most }), { nil: undefined });
  const stepped = (text: string, by: number | undefined) => (by === undefined ? text : `${text}/${by}`);
  const range = fc
    .tuple(number, number)
    .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`)
    .chain((text) => step.map((by) => stepped(text, by)));
  const item = fc.oneof(number.map(String), range);
  return fc.oneof(
    step.map((by) => stepped('*', by)),
    fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(',')),
  );
}

const expression = fc.tuple(...bounds.map(field)).map((fields) => fields.join(' '));

describe('a cron expression', () => {
  it.each(['0 3 * * 1-5', '*/15 6-18 * jan-MAR,dec sun', '0 0 29 2 *', '0 0 31 2 mon', '5-59/15 * * * 7'])(
    '"%s" is good',
    (text) => expect(cronFault(text)).toBeUndefined(),
  );

  it.each([
    ['@daily', /^five fields/],
    ['0 0 3 * * *', /^five fields/],
    ['60 * * * *', /^for the minute/],
    ['0 24 * * *', /^for the hour/],
    ['0 0 0 * *', /^for the day of the month/],
    ['0 0 L * *', /^for the day of the month/],
    ['0 0 * 13 *', /^for the month/],
    ['0 0 * * mon#1', /^for the day of the week/],
    ['0 0 * * ?', /^for the day of the week/],
    ['0 0 31 4,6,9,11 *', /never comes/],
    ['-1 * * * *', /^for the minute/],
    ['1,,2 * * * *', /^for the minute/],
    ['0 22-2 * * *', /smaller to the larger/],
    ['*/60 * * * *', /a step of 1 to 59/],
  ])('"%s" is refused', (text, fault) => expect(cronFault(text)).toMatch(fault));

  it('that is good is due some day, in every time zone', async () => {
    const timesOf = await loadCronTimes();
    const fromMs = Date.parse('2026-01-01T00:00:00Z');
    fc.assert(
      fc.property(expression, fc.constantFrom('UTC', 'Europe/Paris'), (cron, timezone) => {
        if (cronFault(cron) !== undefined) return expect(cronFault(cron)).toContain('never comes');
        expect(timesOf({ cron, timezone })(fromMs)).toBeGreaterThan(fromMs);
      }),
      { numRuns: 300 },
    );
  });
});
