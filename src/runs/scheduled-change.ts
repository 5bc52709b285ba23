import type { Change, ScheduledTime } from './change.ts';
import { bodyOf, type OwnDelivery } from './own-delivery.ts';
import type { Schedule, ScheduledBranch } from './schedule.ts';
import type { ScheduleTurn } from './schedule-turn.ts';

/** What the body of a delivery says whose schedule was due. */
type ScheduledBody = { branch: ScheduledBranch; schedule: ScheduledTime };

/** The delivery for a time of a schedule. Its id is made of both, so that no time can come twice. Pure. */
export function scheduledDelivery(
  { id, branch, cron, timezone }: Schedule,
  fire: NonNullable<ScheduleTurn['fire']>,
  { deliveryId, nowMs }: { deliveryId: string; nowMs: number },
): OwnDelivery<ScheduledBody> {
  return {
    id: deliveryId,
    deliveryId: `schedule-${id}-${new Date(fire.dueAtMs).toISOString()}`,
    event: 'schedule',
    repository: branch.repository,
    body: { branch, schedule: { cron, timezone, ...fire } },
    atMs: nowMs,
  };
}

/** The change that such a delivery asks for. Which commit it is of is decided when it is planned. */
export function scheduledChange(delivery: { body: Uint8Array }): Omit<Change, 'sha'> & { branch: string } {
  const { branch, schedule } = bodyOf<ScheduledBody>(delivery);
  const { name, ...known } = branch;
  return {
    ...known,
    event: 'schedule',
    ref: `refs/heads/${name}`,
    branch: name,
    schedule,
    fork: false,
    // The commit itself says these.
    title: '',
    message: '',
    author: { name: 'unknown' },
    sender: 'schedule',
  };
}
