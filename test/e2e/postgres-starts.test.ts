import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { postgresColumns } from '../../src/sql/column-types.ts';
import { DatabaseRefusal } from '../../src/sql/database-refusal.ts';
import { schemaSteps } from '../../src/sql/migrate.ts';
import * as initial from '../../src/sql/migrations/001-initial.ts';
import { openPostgres } from '../../src/sql/open-postgres.ts';
import { describeMigrations } from '../contracts/migrations-contract.ts';
import { runHookline } from '../support/hookline-process.ts';
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts';
import { openPostgresStores } from '../support/postgres-stores.ts';

let server: PostgresServer;
let directory: string;

beforeAll(async () => {
  server = await startPostgres();
  directory = await mkdtemp(join(tmpdir(), 'hl-'));
});
afterAll(async () => {
  await server?.close();
  await rm(directory, { recursive: true, force: true });
});

const hookline = (command: string, url: string) =>
  runHookline([command], {
    settings: { DATABASE_URL: url, HOOKLINE_DATA_DIR: join(directory, 'data'), PORT: '0' },
  });

const stepsOf = async (url: string) => {
  const name = new URL(url.replace('@/', '@host/')).pathname.slice(1);
  const { rows } = await server.asAdmin('select name from kysely_migration order by name', name);
  return rows.map((row: { name: string }) => row.name);
};

describe('a start on a PostgreSQL that cannot be used', () => {
  async function refusal(url: string): Promise<DatabaseRefusal> {
    const error = await openPostgres(url, silentLog).then(
      () => expect.unreachable('it was opened'),
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof DatabaseRefusal)) throw error;
    return error;
  }

  it('says that nobody answers, and shows no password', async () => {
    const { code, stderr } = await hookline('start', `postgres://me:geheim@/ci?host=${directory}/nothing`);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^hookline: PostgreSQL at .*nothing: no connection .*DATABASE_URL$/m);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stderr).not.toContain('geheim');
  });

  it('says that an address is none, and shows nothing of it', async () => {
    for (const url of ['mysql://me:geheim@host/ci', 'postgres://me:gehe%im@host:port/ci']) {
      const { code, stderr } = await hookline('migrate', url);
      expect(code).toBe(1);
      expect(stderr).toMatch(/DATABASE_URL.*postgres:\/\/USER:PASSWORD@HOST:PORT\/DATABASE/);
      expect(stderr).not.toMatch(/gehe/);
    }
  });

  it('says that the password is wrong', async () => {
    const { code, message } = await refusal(server.url('postgres', { password: 'geheim' }));
    expect(code).toBe('denied');
    expect(message).toMatch(/user "hookline" is not let in .*password.*; mend .* in DATABASE_URL/);
    expect(message).not.toContain('geheim');
  });

  it('says that the database is missing and how to make it', async () => {
    const { code, message } = await refusal(server.url('nowhere'));
    expect(code).toBe('missing');
    expect(message).toContain('createdb --owner=hookline --encoding=UTF8 --template=template0 nowhere');
  });

  it('says that the user may not make tables', async () => {
    await server.asAdmin(`create role guest login password 'not-to-be-shown'`);
    await server.asAdmin('create database foreign_one');
    await server.asAdmin('revoke create on schema public from public', 'foreign_one');
    const { code, message } = await refusal(server.url('foreign_one', { user: 'guest' }));
    expect(code).toBe('denied');
    expect(message).toContain('ALTER DATABASE "foreign_one" OWNER TO "guest"');
  });

  it('says that the database cannot hold every character', async () => {
    expect(await refusal(await server.newDatabase({ encoding: 'LATIN1' }))).toMatchObject({
      code: 'unusable',
      message: expect.stringMatching(/holds LATIN1 and not UTF8; .*createdb/),
    });
  });

  it('says that the database takes no writes', async () => {
    const url = await server.newDatabase();
    await server.asAdmin(`alter role hookline set default_transaction_read_only = on`);
    const refused = await refusal(url);
    await server.asAdmin(`alter role hookline reset default_transaction_read_only`);
    expect(refused.message).toMatch(/takes no writes.*primary/);
  });

  it('says that the database is newer than the program, and changes nothing', async () => {
    const url = await server.newDatabase();
    expect(await hookline('migrate', url)).toMatchObject({
      code: 0,
      stdout: `done: ${schemaSteps.join(', ')}\n`,
    });
    const name = new URL(url.replace('@/', '@host/')).pathname.slice(1);
    await server.asAdmin(
      `insert into kysely_migration (name, timestamp) values ('999-future', '2999')`,
      name,
    );
    for (const command of ['start', 'migrate']) {
      const { code, stderr } = await hookline(command, url);
      expect(code).toBe(1);
      expect(stderr).toMatch(/newer than this program.*999-future.*backup/);
    }
    expect(await stepsOf(url)).toEqual([...schemaSteps, '999-future']);
  });
});

describe('hookline doctor', () => {
  it('names the server and its version, or what is wrong with it', async () => {
    expect((await hookline('doctor', server.url('postgres'))).stdout).toMatch(/✓ database +PostgreSQL \d+/);
    expect((await hookline('doctor', server.url('nowhere'))).stdout).toMatch(/✗ database .*createdb/);
  });
});

describeMigrations('PostgreSQL', async () => {
  const connectionString = await server.newDatabase();
  const dialect = new PostgresDialect({ pool: new pg.Pool({ connectionString }) });
  const db = new Kysely<unknown>({ dialect });
  return { db, columns: postgresColumns, close: () => db.destroy() };
});

describe('the schema', () => {
  it('is made once by many processes that start at once', async () => {
    const url = await server.newDatabase();
    const done: string[] = [];
    const opened = await Promise.all(
      Array.from({ length: 6 }, () => openPostgres(url, silentLog, (names) => done.push(...names))),
    );
    for (const db of opened) await db.destroy();
    expect(done).toEqual(schemaSteps);
    expect(await hookline('migrate', url)).toMatchObject({ code: 0, stdout: 'the schema is up to date\n' });
  });

  it('moves on with everything in it, though two processes start at once', async () => {
    const url = await server.newDatabase();
    const old = new Kysely<unknown>({
      dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url }) }),
    });
    await initial.up(old, postgresColumns);
    await old.destroy();
    const name = new URL(url.replace('@/', '@host/')).pathname.slice(1);
    // Two of one lane are out, which the schema of before let happen.
    await server.asAdmin(
      `create table kysely_migration (name varchar(255) primary key, timestamp varchar(255) not null);
       create table kysely_migration_lock (id varchar(255) primary key, is_locked integer not null default 0);
       insert into kysely_migration_lock values ('migration_lock', 0);
       insert into kysely_migration values ('001-initial', '2026');
       alter table kysely_migration owner to hookline;
       alter table kysely_migration_lock owner to hookline;
       insert into deliveries (id, source, delivery_id, event, repository, lane, body_sha256, content_type, headers,
         body, correlation_id, received_at, held_until)
       select 'd' || n, 'github', 'g' || n, 'push', 'octo/app', 'octo/app', 'h' || n, 'application/json', '{}',
         '\\x7b7d', 'd' || n, n, 7 from generate_series(1, 5000) n`,
      name,
    );
    const results = await Promise.all([hookline('migrate', url), hookline('migrate', url)]);
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    expect(await stepsOf(url)).toEqual(schemaSteps);
    const stores = await openPostgresStores(url);
    try {
      expect(await stores.inbox.take({ nowMs: 1, holdMs: 1, limit: 9 })).toMatchObject([{ id: 'd1' }]);
      expect((await stores.history.listDeliveries({}, { limit: 1 })).items).toMatchObject([{ id: 'd999' }]);
    } finally {
      await stores.close();
    }
  });

  it('keeps text with characters that PostgreSQL has no room for, and sorts it by its bytes', async () => {
    const stores = await openPostgresStores(await server.newDatabase());
    try {
      for (const id of ['a-b', 'aa', 'B']) {
        await stores.inbox.record({
          id,
          source: 'github',
          deliveryId: id,
          event: 'pu\0sh \ud800',
          bodySha256: id,
          contentType: 'application/json',
          headers: {},
          body: Buffer.from(id),
          receivedAtMs: 1,
          correlationId: id,
        });
      }
      const { items } = await stores.history.listDeliveries({}, { limit: 9 });
      expect(items.map(({ id, event }) => [id, event])).toEqual([
        ['aa', 'pu\ufffdsh \ufffd'],
        ['a-b', 'pu\ufffdsh \ufffd'],
        ['B', 'pu\ufffdsh \ufffd'],
      ]);
    } finally {
      await stores.close();
    }
  });
});
