import { DatabaseSync } from 'node:sqlite';
import { Kysely, SqliteDialect } from 'kysely';
import { sqliteColumns } from '../../../src/sql/column-types.ts';
import { asKyselyDatabase } from '../../../src/sql/open-sqlite.ts';
import { describeMigrations } from '../../contracts/migrations-contract.ts';

describeMigrations('SQLite', async () => {
  const database = asKyselyDatabase(new DatabaseSync(':memory:'), () => {});
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database }) });
  return { db, columns: sqliteColumns, close: () => db.destroy() };
});
