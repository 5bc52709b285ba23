import { DatabaseSync } from 'node:sqlite';
import { Kysely, SqliteDialect, sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sqliteColumns } from '../../../src/sql/column-types.ts';
import { up } from '../../../src/sql/migrations/078-retention.ts';
import { asKyselyDatabase } from '../../../src/sql/open-sqlite.ts';

/** A database as it was before, as far as this step looks at it. */
function older(): Kysely<unknown> {
  const file = new DatabaseSync(':memory:');
  file.exec(`
    create table runs (id text, repository text, ref text, number integer, status text, finished_at integer);
    create table jobs (id text, run_id text, kind text, plan text);
    create table deployments (job_id text);
    create table artifacts (id text, run_id text, job_name text, name text);
  `);
  const db = new Kysely<unknown>({
    dialect: new SqliteDialect({ database: asKyselyDatabase(file, () => {}) }),
  });
  onTestFinished(() => db.destroy());
  return db;
}

describe('what was deployed before anything went by policy', () => {
  it('is marked as deployed, and nothing else is', async () => {
    const db = older();
    const plan = JSON.stringify({ kind: 'deploy', artifact: { job: 'build', name: 'app' } });
    await sql`insert into jobs values ('d1', 'run1', 'deploy', ${plan}), ('d2', 'run2', 'deploy', ${plan})`.execute(
      db,
    );
    await sql`insert into deployments values ('d1')`.execute(db);
    await sql`insert into artifacts values
      ('a1', 'run1', 'build', 'app'), ('a2', 'run1', 'build', 'docs'),
      ('a3', 'run1', 'test', 'app'), ('a4', 'run2', 'build', 'app')`.execute(db);
    await up(db, sqliteColumns);
    const { rows } = await sql`select id, provenance from artifacts where deployed = 1`.execute(db);
    expect(rows).toEqual([{ id: 'a1', provenance: null }]);
  });
});
