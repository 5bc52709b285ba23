import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { Kysely, type SqliteDatabase, SqliteDialect } from 'kysely';
import { messageOf } from '../errors.ts';
import { sqliteColumns } from './column-types.ts';
import { DatabaseRefusal } from './database-refusal.ts';
import { dropRowLocks } from './drop-row-locks.ts';
import { migrate } from './migrate.ts';
import type { Tables } from './tables.ts';

/**
 * Opens the SQLite file and brings its schema up to date. Write-ahead log with a flush to disk at each commit:
 * what was committed survives a loss of power. `:memory:` is a database of its own, for tests. `onMigrated` hears
 * which steps the schema lacked.
 */
export async function openSqlite(
  file: string,
  onMigrated: (steps: readonly string[]) => void = () => {},
): Promise<Kysely<Tables>> {
  const database = openFile(file);
  const dialect = new SqliteDialect({ database: asKyselyDatabase(database) });
  const db = new Kysely<Tables>({ dialect, plugins: [dropRowLocks] });
  try {
    onMigrated(await migrate(db, sqliteColumns));
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return db;
}

function openFile(file: string): DatabaseSync {
  try {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const database = new DatabaseSync(file);
    if (file !== ':memory:') chmodSync(file, 0o600);
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA busy_timeout = 5000;
      PRAGMA foreign_keys = ON;
      PRAGMA wal_autocheckpoint = 4000;
    `);
    return database;
  } catch (error) {
    const remedy = 'free space on its disk, mend its permissions, or put a backup in its place';
    throw new DatabaseRefusal('unusable', `${file} cannot be used: ${messageOf(error)}; ${remedy}`, {
      cause: error,
    });
  }
}

/** Statements are prepared once and kept: the program has a few dozen different ones. */
const keptStatements = 200;

/** Kysely wants the interface of better-sqlite3; node:sqlite has the same things under other names. */
function asKyselyDatabase(database: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, StatementSync>();

  function prepare(sql: string): StatementSync {
    const kept = statements.get(sql);
    if (kept) return kept;
    const statement = database.prepare(sql);
    const oldest = statements.keys().next();
    if (statements.size >= keptStatements && !oldest.done) statements.delete(oldest.value);
    statements.set(sql, statement);
    return statement;
  }

  return {
    close: () => database.close(),
    prepare(sql) {
      // A transaction that begins to write in its middle could find the file taken by another process: take it first.
      const statement = prepare(sql === 'begin' ? 'begin immediate' : sql);
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...valuesOf(parameters)),
        run(parameters) {
          const { changes, lastInsertRowid } = statement.run(...valuesOf(parameters));
          return { changes, lastInsertRowid };
        },
        iterate: (parameters) => statement.iterate(...valuesOf(parameters)),
      };
    },
  };
}

function valuesOf(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters as SQLInputValue[];
}
