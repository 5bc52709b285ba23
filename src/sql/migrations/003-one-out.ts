import { type Kysely, sql } from 'kysely';

/**
 * What is handed out one at a time can no longer be handed out twice: of the pending rows of a lane, a key or a run
 * one alone can have been taken. Several processes may look at the same moment, and a row that is older than what
 * they see may be committed later; whoever comes second runs into the index and looks again.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Holds of before may break the rule; without them, what they stood for is handed out again.
  await sql`update deliveries set held_until = 0 where outcome = 'pending'`.execute(db);
  await sql`update outbox set held_until = 0 where state = 'pending'`.execute(db);
  await sql`update commands set held_until = 0 where state = 'pending'`.execute(db);
  await oneOut(db, 'deliveries', 'lane', 'outcome');
  await oneOut(db, 'outbox', 'key', 'state');
  await oneOut(db, 'commands', 'run_id', 'state');
}

async function oneOut(db: Kysely<unknown>, table: string, column: string, state: string): Promise<void> {
  await db.schema
    .createIndex(`${table}_out`)
    .unique()
    .on(table)
    .column(column)
    .where(sql.ref(state), '=', sql.lit('pending'))
    .where(sql.ref('held_until'), '>', sql.lit(0))
    .execute();
}
