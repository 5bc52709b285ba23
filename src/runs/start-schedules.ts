import type { Log } from '../log.ts';
import { type Loop, startLoop } from '../loop.ts';
import { loadCronTimes } from './cron-times.ts';
import type { Schedule, ScheduleBook } from './schedule.ts';
import { scheduleTurn } from './schedule-turn.ts';
import { scheduledDelivery } from './scheduled-change.ts';
import { setClockGraceMs, watchClock } from './watch-clock.ts';

export type SchedulePorts = {
  schedules: ScheduleBook;
  now: () => number;
  newId: () => string;
  log: Log;
};

/** How far behind its time a schedule may be begun. */
const lookEveryMs = 5_000;
const mostAtOnce = 100;

/** Writes a delivery into the inbox for each schedule whose time has come. Any number of these may run. */
export function startSchedules(ports: SchedulePorts & { elapsed: () => number }): Loop {
  const sinceClockWasSetMs = watchClock(ports);
  return startLoop({
    name: 'schedules',
    idleMs: lookEveryMs,
    log: ports.log,
    turn: async (signal) => {
      if (sinceClockWasSetMs() < setClockGraceMs) return 'idle';
      return (await fireDueSchedules(ports, signal)) === mostAtOnce ? 'more' : 'idle';
    },
  });
}

/** One look. Returns how many schedules were due; what another process moves on meanwhile is left to it. */
export async function fireDueSchedules(ports: SchedulePorts, signal?: AbortSignal): Promise<number> {
  const due = await ports.schedules.due(ports.now(), mostAtOnce);
  if (due.length === 0) return 0;
  const timesOf = await loadCronTimes();
  for (const schedule of due) {
    if (signal?.aborted) break;
    await fireSchedule(schedule, timesOf(schedule), ports);
  }
  return due.length;
}

async function fireSchedule(
  schedule: Schedule & { dueAtMs: number },
  next: (afterMs: number) => number | undefined,
  { schedules, now, newId, log }: SchedulePorts,
): Promise<void> {
  const nowMs = now();
  const { fire, nextDueAtMs } = scheduleTurn(schedule, nowMs, next);
  const delivery = fire && scheduledDelivery(schedule, fire, { deliveryId: newId(), nowMs });
  const isOurs = await schedules.moveOn(schedule, {
    dueAtMs: nextDueAtMs,
    ...(delivery === undefined ? {} : { delivery }),
  });
  if (!isOurs) return;
  const { repository, name } = schedule.branch;
  const about = { repository, branch: name, cron: schedule.cron, timezone: schedule.timezone };
  if (delivery !== undefined) {
    log.info({ ...about, deliveryId: delivery.id }, `schedule of ${repository} is due: ${schedule.cron}`);
    return;
  }
  const missedAt = new Date(schedule.dueAtMs).toISOString();
  log.warn(about, `schedule of ${repository} was missed since ${missedAt} and is skipped: ${schedule.cron}`);
}
