import type { Kysely } from 'kysely';
import type { Effect } from '../runs/effect.ts';
import type { NotificationDetail } from '../runs/history.ts';
import { targetText } from '../runs/notification.ts';
import type { Tables } from './tables.ts';

/** What became of the notifications of a run. One that its target did not want, as nothing had changed, leaves no trace. */
export async function loadNotifications(db: Kysely<Tables>, runId: string): Promise<NotificationDetail[]> {
  const rows = await db
    .selectFrom('outbox')
    .select(['effect', 'state', 'tries', 'problem', 'created_at', 'done_at'])
    .where('run_id', '=', runId)
    .where('type', '=', 'notification')
    .orderBy('id')
    .execute();
  return rows.flatMap((row) => {
    const effect = JSON.parse(row.effect) as Effect;
    if (effect.type !== 'notification') return [];
    const { target } = effect.notification;
    return [
      {
        channel: target.type,
        to: targetText(target),
        delivery: row.state as NotificationDetail['delivery'],
        tries: row.tries,
        ...(row.problem === null ? {} : { problem: row.problem }),
        createdAtMs: row.created_at,
        ...(row.done_at === null ? {} : { doneAtMs: row.done_at }),
      },
    ];
  });
}
