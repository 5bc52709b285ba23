import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import * as initial from './migrations/001-initial.ts';
import * as commands from './migrations/002-commands.ts';
import type { Tables } from './tables.ts';

const migrations: Record<string, Migration> = {
  '001-initial': initial,
  '002-commands': commands,
};

/** Brings the schema up to date; does nothing when it is. Rejects with the error of the migration that failed. */
export async function migrate(db: Kysely<Tables>): Promise<string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error, results } = await migrator.migrateToLatest();
  if (error) throw error;
  return (results ?? []).map((result) => result.migrationName);
}
