import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import { createHoldClock, timeOfPostgres } from '../sql/hold-clock.ts';
import { type InsertDeliveries, insertOneByOne, insertTogether } from '../sql/insert-deliveries.ts';
import type { Tables } from '../sql/tables.ts';
import type { DataDirectory } from './data-directory.ts';

export type Database = {
  readonly db: Kysely<Tables>;
  /** The steps that its schema lacked, and has now. */
  readonly migrated: readonly string[];
  /** How many groups of deliveries may be written at once. */
  readonly groups: number;
  /** How the rows of a group are best written. */
  readonly insert: InsertDeliveries;
  /** The time by which holds are counted. */
  readonly holdNow: () => Promise<number>;
  /** Frees what an earlier control held when it was killed, if it is certain that no other one is at work. */
  takeUp(): Promise<void>;
  close(): Promise<void>;
};

/** One is written into the file while the one before is flushed to disk, and a third one gathers. */
const sqliteGroups = 3;

/** PostgreSQL when DATABASE_URL is set, else a file. Each is loaded only when it is used. */
export async function openDatabase(config: Config, data: DataDirectory, log: Log): Promise<Database> {
  const migrated: string[] = [];
  const onMigrated = (steps: readonly string[]) => {
    migrated.push(...steps);
    if (steps.length > 0) log.info({ steps }, 'the schema of the database was brought up to date');
  };
  if (config.databaseUrl !== undefined) {
    const { openPostgres, postgresGroups } = await import('../sql/open-postgres.ts');
    const db = await openPostgres(config.databaseUrl, log, onMigrated);
    const holdNow = createHoldClock(systemClock, () => timeOfPostgres(db));
    return {
      db,
      migrated,
      groups: postgresGroups,
      insert: insertTogether,
      holdNow,
      takeUp: async () => {},
      close: () => db.destroy(),
    };
  }
  const { openSqlite } = await import('../sql/open-sqlite.ts');
  const { releaseHolds } = await import('../sql/release-holds.ts');
  const db = await openSqlite(join(data.path('database'), 'hookline.sqlite'), onMigrated);
  // The lock on the data directory says that no other control works on this file.
  return {
    db,
    migrated,
    groups: sqliteGroups,
    insert: insertOneByOne,
    holdNow: createHoldClock(systemClock),
    takeUp: () => releaseHolds(db),
    close: () => db.destroy(),
  };
}
