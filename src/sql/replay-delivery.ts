import { type Kysely, sql } from 'kysely';
import type { ReplayAnswer, WantedReplay } from '../runs/replay-delivery.ts';
import { outlastOutage } from './in-transaction.ts';
import type { Tables } from './tables.ts';

/** Copies a delivery that was settled into a new one that waits. Its body never leaves the database. */
export async function replayDelivery(
  db: Kysely<Tables>,
  { deliveryId, id, by, askedAtMs }: WantedReplay,
): Promise<ReplayAnswer> {
  const { rows } = await outlastOutage(() =>
    sql<{ id: string }>`
      insert into deliveries (id, source, delivery_id, event, repository, lane, body_sha256, content_type, headers,
        body, correlation_id, received_at, outcome, tries, held_until, recovered, replay_of, asked_by)
      select ${id}, source, delivery_id, event, repository, lane, body_sha256, content_type, headers,
        body, ${id}, ${askedAtMs}, 'pending', 0, 0, 0, id, ${by}
      from deliveries where id = ${deliveryId} and outcome <> 'pending'
      on conflict (id) do nothing
      returning id
    `.execute(db),
  );
  if (rows.length > 0) return 'written';
  const known = await db
    .selectFrom('deliveries')
    .select('outcome')
    .where('id', '=', deliveryId)
    .executeTakeFirst();
  if (!known) return 'unknown';
  return known.outcome === 'pending' ? 'pending' : 'written';
}
