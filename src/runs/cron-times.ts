import type { NextTime } from './schedule-turn.ts';

export type CronTimes = (schedule: { cron: string; timezone: string }) => NextTime;

/**
 * Computes the times of cron expressions. Loaded when there is a schedule: most installations have none.
 *
 * Where the clocks go forward, a time that is left out comes when they have gone forward; where they go back, a time
 * that comes twice counts once. Expressions with `*` in the minute or the hour go by the hours that really pass, as in
 * every crontab (crontab(8) of Vixie's cron).
 */
export async function loadCronTimes(): Promise<CronTimes> {
  const { Cron } = await import('croner');
  return ({ cron, timezone }) => {
    const expression = new Cron(cron, {
      timezone,
      mode: '5-part',
      paused: true,
      fixedTimeRule: 'no-wildcard',
    });
    return (afterMs) => expression.nextRun(new Date(afterMs))?.getTime();
  };
}
