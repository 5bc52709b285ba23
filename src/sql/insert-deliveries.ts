import { CompiledQuery, type Insertable, type Kysely } from 'kysely';
import type { Tables } from './tables.ts';

type NewRow = Insertable<Tables['deliveries']>;

/**
 * Inserts what stands not yet, by whatever key, and says which rows (by their ids) those were. A row that another
 * transaction is just inserting is waited for, and is then there.
 */
export type InsertDeliveries = (db: Kysely<Tables>, rows: readonly NewRow[]) => Promise<ReadonlySet<string>>;

/** In one statement and thereby one message, for a database on the other side of a connection. */
export const insertTogether: InsertDeliveries = async (db, rows) => {
  const inserted = await db
    .insertInto('deliveries')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .execute();
  return new Set(inserted.map(({ id }) => id));
};

const columns = [
  'id',
  'source',
  'delivery_id',
  'event',
  'repository',
  'lane',
  'body_sha256',
  'content_type',
  'headers',
  'body',
  'correlation_id',
  'received_at',
  'outcome',
  'tries',
  'held_until',
  'recovered',
] as const satisfies readonly (keyof NewRow)[];
const insertOne = `insert into deliveries (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')}) on conflict do nothing`;

/**
 * Row by row, for SQLite: it has no way to go to the database and, for a statement of several rows, would keep a
 * journal with which to undo a part of it. That, and making and preparing a statement for each number of rows, costs
 * half as much again as the inserting itself; so does `returning`, which goes by way of a table of its own.
 */
export const insertOneByOne: InsertDeliveries = async (db, rows) => {
  const ids = rows.map(({ id }) => id);
  const values = rows.map((row) => columns.map((column) => row[column]));
  const { numAffectedRows } = await db.executeQuery(CompiledQuery.raw(insertOne, values));
  if (numAffectedRows === BigInt(rows.length)) return new Set(ids);
  // Ids are made for the row: one that is there is there by this.
  const inserted = await db.selectFrom('deliveries').select('id').where('id', 'in', ids).execute();
  return new Set(inserted.map(({ id }) => id));
};
