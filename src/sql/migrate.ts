import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { ColumnTypes } from './column-types.ts';
import { DatabaseRefusal } from './database-refusal.ts';
import * as initial from './migrations/001-initial.ts';
import * as commands from './migrations/002-commands.ts';
import * as oneOut from './migrations/003-one-out.ts';
import * as recovery from './migrations/004-recovery.ts';
import * as superseding from './migrations/005-superseding.ts';
import * as groups from './migrations/006-groups.ts';
import * as limits from './migrations/010-limits.ts';
import * as runners from './migrations/020-runners.ts';
import * as schedules from './migrations/030-schedules.ts';
import * as heads from './migrations/031-heads.ts';
import * as approvals from './migrations/040-approvals.ts';
import * as newestAndImages from './migrations/041-newest-and-images.ts';
import * as checks from './migrations/050-checks.ts';
import * as usage from './migrations/060-usage.ts';
import * as notifications from './migrations/070-notifications.ts';
import * as reports from './migrations/073-reports.ts';
import * as isolation from './migrations/074-isolation.ts';
import * as builtMerges from './migrations/075-built-merges.ts';
import * as comments from './migrations/076-comments.ts';
import * as retention from './migrations/078-retention.ts';
import type { Tables } from './tables.ts';

type Step = { up(db: Kysely<unknown>, columns: ColumnTypes): Promise<void> };

const steps: Record<string, Step> = {
  '001-initial': initial,
  '002-commands': commands,
  '003-one-out': oneOut,
  '004-recovery': recovery,
  '005-superseding': superseding,
  '006-groups': groups,
  '010-limits': limits,
  '020-runners': runners,
  '030-schedules': schedules,
  '031-heads': heads,
  '040-approvals': approvals,
  '041-newest-and-images': newestAndImages,
  '050-checks': checks,
  '060-usage': usage,
  '070-notifications': notifications,
  '073-reports': reports,
  '074-isolation': isolation,
  '075-built-merges': builtMerges,
  '076-comments': comments,
  '078-retention': retention,
};

/** The names of all steps, the first one first. */
export const schemaSteps: readonly string[] = Object.keys(steps);

/** The steps by their names, as Kysely's migrator takes them. */
export function migrationsOf(columns: ColumnTypes): Record<string, Migration> {
  return Object.fromEntries(
    Object.entries(steps).map(([name, step]): [string, Migration] => [
      name,
      { up: (untyped: Kysely<unknown>) => step.up(untyped, columns) },
    ]),
  );
}

/**
 * Brings the schema up to date and returns the names of the steps that were missing, none when it was. All of them
 * are one transaction, and of several processes that start at once one does it while the others wait (Kysely takes
 * an advisory lock on PostgreSQL). Forward only: a database that knows more steps than this program is refused.
 */
export async function migrate(db: Kysely<Tables>, columns: ColumnTypes): Promise<string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrationsOf(columns) } });
  await refuseNewer(db, migrator);
  const { error, results } = await migrator.migrateToLatest();
  if (error) {
    // Perhaps a newer program came first.
    await refuseNewer(db, migrator);
    throw error;
  }
  return (results ?? []).map((result) => result.migrationName);
}

async function refuseNewer(db: Kysely<Tables>, migrator: Migrator): Promise<void> {
  const isNew = (await migrator.getMigrations()).every(({ executedAt }) => executedAt === undefined);
  if (isNew) return;
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  const unknown = rows.filter(({ name }) => !Object.hasOwn(steps, name));
  if (unknown.length === 0) return;
  const names = unknown.map(({ name }) => name).join(', ');
  const remedy = 'start the newer hookline again, or go back to a backup of the time before it';
  throw new DatabaseRefusal(
    'newer',
    `the database is newer than this program, which does not know ${names}; ${remedy}`,
  );
}
