import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Log } from '../log.ts';
import { postgresColumns } from './column-types.ts';
import { migrate } from './migrate.ts';
import { type PostgresAddress, postgresAddressOf } from './postgres-address.ts';
import { createPostgresPool, type PostgresLimits } from './postgres-pool.ts';
import {
  refusalOfConnect,
  refusalOfMigration,
  refusalOfServer,
  type ServerFacts,
} from './postgres-refusal.ts';
import type { Tables } from './tables.ts';

/** A server that starts together with this process is waited for this long. */
const startMs = 10_000;
const startPauseMs = 250;

/** Short, for nothing the program asks takes long, and a webhook has to be answered within 10 s. */
const limits: PostgresLimits = { connections: 10, connectMs: 4_000, statementMs: 6_000 };
/** Migrations take as long as they take, and so does waiting for the process that carries them out. */
const limitsOfMigration: PostgresLimits = { connections: 2, connectMs: 4_000, statementMs: 0 };

/** Groups of deliveries that may be under way at once: one flush of the server to its disk serves several. */
export const postgresGroups = 4;

/**
 * Opens the database and brings its schema up to date; any number of processes may do so at once. Rejects with a
 * `DatabaseRefusal` when it cannot be used. Later outages are survived: statements fail meanwhile, in bounded time.
 */
export async function openPostgres(
  url: string,
  log: Log,
  onMigrated: (steps: readonly string[]) => void = () => {},
): Promise<Kysely<Tables>> {
  const address = postgresAddressOf(url);
  await checkServer(address, startMs);
  onMigrated(await migrateServer(address, log));
  return connectTo(address, limits, log);
}

/** What the server calls itself, or a `DatabaseRefusal`. Changes nothing. */
export async function lookAtPostgres(url: string): Promise<string> {
  return `PostgreSQL ${await checkServer(postgresAddressOf(url), 0)}`;
}

/** Answers with its version. */
async function checkServer(address: PostgresAddress, patienceMs: number): Promise<string> {
  const endMs = performance.now() + patienceMs;
  for (;;) {
    const facts = await askServer(address).catch(async (error: unknown) => {
      const { refusal, isPassing } = refusalOfConnect(error, address);
      if (!isPassing || performance.now() > endMs) throw refusal;
      await sleep(startPauseMs);
    });
    if (!facts) continue;
    const refusal = refusalOfServer(facts, address);
    if (refusal) throw refusal;
    return facts.version;
  }
}

async function askServer({ url }: PostgresAddress): Promise<ServerFacts> {
  const { connectMs, statementMs } = limits;
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectMs,
    query_timeout: statementMs,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<ServerFacts>(`
      select current_setting('server_version') as version, current_setting('server_version_num') as version_num,
        current_setting('server_encoding') as encoding,
        current_setting('default_transaction_read_only') as read_only, pg_is_in_recovery() as recovering`);
    const [facts] = rows;
    if (!facts) throw new Error('the server told nothing of itself');
    return facts;
  } finally {
    await client.end().catch(() => {});
  }
}

async function migrateServer(address: PostgresAddress, log: Log): Promise<string[]> {
  const db = connectTo(address, limitsOfMigration, log);
  try {
    return await migrate(db, postgresColumns);
  } catch (error) {
    throw refusalOfMigration(error, address) ?? error;
  } finally {
    await db.destroy();
  }
}

function connectTo(address: PostgresAddress, given: PostgresLimits, log: Log): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: createPostgresPool(address, given, log) }),
  });
}
