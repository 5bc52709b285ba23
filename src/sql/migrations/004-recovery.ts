import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from '../column-types.ts';

/**
 * Where a delivery came from, if not by itself: found in the provider's log, or played again for a person. A replay
 * has the sender's id and the body of its original, so the two may now stand twice, but once only among originals.
 */
export async function up(db: Kysely<unknown>, { text, whole }: ColumnTypes): Promise<void> {
  const { schema } = db;
  await schema
    .alterTable('deliveries')
    .addColumn('recovered', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await schema.alterTable('deliveries').addColumn('replay_of', text).execute();
  await schema.alterTable('deliveries').addColumn('asked_by', text).execute();
  await oncePerOriginal(db, 'delivery_id');
  await oncePerOriginal(db, 'body_sha256');
  await schema
    .createIndex('deliveries_replays')
    .on('deliveries')
    .columns(['replay_of', 'id'])
    .where(sql.ref('replay_of'), 'is not', null)
    .execute();

  await schema
    .createTable('recoveries')
    .addColumn('repository', text, (column) => column.primaryKey())
    .addColumn('claimed_at', whole, (column) => column.notNull())
    .addColumn('through', whole)
    .execute();
}

async function oncePerOriginal(db: Kysely<unknown>, column: string): Promise<void> {
  await db.schema.dropIndex(`deliveries_source_${column}_unique`).execute();
  await db.schema
    .createIndex(`deliveries_source_${column}_once`)
    .unique()
    .on('deliveries')
    .columns(['source', column])
    .where(sql.ref('replay_of'), 'is', null)
    .execute();
}
