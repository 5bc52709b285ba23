import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** A delivery whose planning ended the process this often waits for its hold, so that it cannot do so at every start. */
const hastyTries = 3;

/**
 * Frees what an earlier process had taken and did not finish, for whoever holds the file alone: what was under way
 * when it was killed goes on at once, not when its hold has run out. What waits after a problem goes on waiting.
 */
export async function releaseHolds(db: Kysely<Tables>): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ held_until: 0 })
    .where('outcome', '=', 'pending')
    .where('tries', '<=', hastyTries)
    .execute();
  await db
    .updateTable('outbox')
    .set({ held_until: 0 })
    .where('state', '=', 'pending')
    // What nobody has taken yet is held because it is not due.
    .where('tries', '>', 0)
    .where('problem', 'is', null)
    .execute();
}
