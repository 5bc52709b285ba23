import { chmodSync, mkdirSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { Kysely, type SqliteDatabase } from 'kysely';
import { messageOf } from '../errors.ts';
import { sqliteColumns } from './column-types.ts';
import { DatabaseRefusal } from './database-refusal.ts';
import { dropRowLocks } from './drop-row-locks.ts';
import { durableSqlite, sharedFlush } from './durable-sqlite.ts';
import { migrate } from './migrate.ts';
import type { Tables } from './tables.ts';

/**
 * Opens the SQLite file and brings its schema up to date. What was written survives a loss of power once the call
 * that wrote it resolves. `:memory:` is a database of its own, for tests. `onMigrated` hears
 * which steps the schema lacked.
 */
export async function openSqlite(
  file: string,
  onMigrated: (steps: readonly string[]) => void = () => {},
): Promise<Kysely<Tables>> {
  const database = openFile(file);
  const log = writeAheadLog(file);
  const dialect = durableSqlite(asKyselyDatabase(database, log.close), log.flush);
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
      PRAGMA synchronous = NORMAL;
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

/**
 * With `synchronous = NORMAL` SQLite itself flushes the write-ahead log only before it is carried over into the
 * database (https://www.sqlite.org/pragma.html#pragma_synchronous): flushing it after a commit is all that FULL does
 * more. SQLite keeps its locks on other files, so that this one may be opened a second time.
 */
function writeAheadLog(file: string): { flush: () => Promise<void>; close: () => void } {
  if (file === ':memory:') return { flush: async () => {}, close: () => {} };
  let log: FileHandle | undefined;
  return {
    flush: sharedFlush(async () => {
      log ??= await open(`${file}-wal`, 'r');
      await log.datasync();
    }),
    close: () => void log?.close(),
  };
}

/** Statements are prepared once and kept: the program has a few dozen different ones. */
const keptStatements = 200;

type Kept = { statement: StatementSync; reader: boolean };

/**
 * Kysely wants the interface of better-sqlite3; node:sqlite has the same things under other names. A statement that
 * is given rows in place of values runs once for each of them.
 */
export function asKyselyDatabase(database: DatabaseSync, onClosed: () => void): SqliteDatabase {
  const statements = new Map<string, Kept>();

  function prepare(sql: string): Kept {
    const kept = statements.get(sql);
    if (kept) return kept;
    const statement = database.prepare(sql);
    const made = { statement, reader: statement.columns().length > 0 };
    const oldest = statements.keys().next();
    if (statements.size >= keptStatements && !oldest.done) statements.delete(oldest.value);
    statements.set(sql, made);
    return made;
  }

  return {
    close() {
      database.close();
      onClosed();
    },
    prepare(sql) {
      // A transaction that begins to write in its middle could find the file taken by another process: take it first.
      const { statement, reader } = prepare(sql === 'begin' ? 'begin immediate' : sql);
      return {
        reader,
        all: (parameters) => statement.all(...valuesOf(parameters)),
        run(parameters) {
          if (isRows(parameters)) return runEach(statement, parameters);
          const { changes, lastInsertRowid } = statement.run(...valuesOf(parameters));
          return { changes, lastInsertRowid };
        },
        iterate: (parameters) => statement.iterate(...valuesOf(parameters)),
      };
    },
  };
}

function runEach(statement: StatementSync, rows: readonly (readonly unknown[])[]) {
  let changes = 0;
  for (const row of rows) changes += Number(statement.run(...valuesOf(row)).changes);
  return { changes, lastInsertRowid: 0 };
}

function isRows(parameters: readonly unknown[]): parameters is readonly (readonly unknown[])[] {
  return Array.isArray(parameters[0]);
}

function valuesOf(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters as SQLInputValue[];
}
