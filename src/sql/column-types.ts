import { type ColumnDefinitionBuilder, type RawBuilder, sql } from 'kysely';

/** What the schema has to say differently to the two databases. */
export type ColumnTypes = {
  /** Sorts and compares by its bytes, so that ids sort by time and a range of prefixes is one. */
  text: 'text' | RawBuilder<unknown>;
  bytes: RawBuilder<unknown>;
  /** Whole numbers up to 2^53. */
  whole: 'bigint';
  rowNumber: 'integer' | 'bigint';
  /** Makes a `rowNumber` the primary key that counts up by itself and never gives out a number twice. */
  counted(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder;
};

export const sqliteColumns: ColumnTypes = {
  text: 'text',
  bytes: sql`blob`,
  whole: 'bigint',
  rowNumber: 'integer',
  counted: (column) => column.primaryKey().autoIncrement(),
};

export const postgresColumns: ColumnTypes = {
  // The collation of the database may be any language's, and in most of those '-' counts for nothing.
  text: sql`text collate "C"`,
  bytes: sql`bytea`,
  whole: 'bigint',
  rowNumber: 'bigint',
  counted: (column) => column.primaryKey().generatedAlwaysAsIdentity(),
};
