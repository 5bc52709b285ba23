import type { PostgresPool, PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { DatabaseOutage, sqlStateOf } from './database-errors.ts';
import type { PostgresAddress } from './postgres-address.ts';

export type PostgresLimits = {
  connections: number;
  /** Waiting for a free connection counts as well as making one. */
  connectMs: number;
  /** What the server allows a statement, waiting for locks included; 0 is no limit. */
  statementMs: number;
};

/** The server ends the statement first and says so; when it does not, it is out of reach. */
const answerMarginMs = 2_000;
/** A process that hangs in the middle of a transaction gives its locks back after this. */
const idleInTransactionMs = 10_000;

/**
 * The connections of one process, as Kysely takes them. A connection that did anything but answer is not used again,
 * and its error is a `DatabaseOutage`. Text is stored without NUL, which PostgreSQL has no room for.
 */
export function createPostgresPool(
  { url, shown }: PostgresAddress,
  limits: PostgresLimits,
  log: Log,
): PostgresPool {
  const { connections, connectMs, statementMs } = limits;
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: connectMs,
    ...(statementMs === 0 ? {} : { query_timeout: statementMs + answerMarginMs }),
    keepAlive: true,
    application_name: 'hookline',
    types: numberTypes(),
  });
  // Without a listener the end of a connection, idle or between two statements, would end the process.
  const lost = (error: Error) => log.warn(`${shown}: a connection was lost: ${reasonOf(error)}`);
  pool.on('error', lost);
  pool.on('connect', (client) => client.on('error', () => {}));
  const prepared = new WeakSet<pg.PoolClient>();

  const outage = (error: unknown) =>
    new DatabaseOutage(`${shown} does not answer: ${reasonOf(error)}`, { cause: error });

  async function prepare(client: pg.PoolClient): Promise<void> {
    if (prepared.has(client)) return;
    await client.query(sessionSettings, [String(statementMs), String(idleInTransactionMs)]);
    prepared.add(client);
  }

  async function connect(): Promise<PostgresPoolClient> {
    const client = await pool.connect().catch((error: unknown) => {
      throw outage(error);
    });
    let broken: DatabaseOutage | undefined;

    async function query(text: string, values: readonly unknown[]): Promise<pg.QueryResult> {
      if (broken) throw broken;
      try {
        return await client.query(text, values.map(storable));
      } catch (error) {
        if (isAnswer(error)) throw error;
        broken = outage(error);
        throw broken;
      }
    }

    try {
      await prepare(client);
    } catch (error) {
      client.release(true);
      throw outage(error);
    }
    return {
      // Kysely's second signature is for cursors, which nothing here uses.
      query: query as unknown as PostgresPoolClient['query'],
      release: (destroy) => client.release(destroy || broken !== undefined),
    };
  }

  return { options: {}, connect, end: () => pool.end() };
}

/**
 * Set with a statement and not when connecting, where proxies refuse them. What is committed has to be on disk also
 * where the server's default is not to wait for that; a stricter default stays.
 */
const sessionSettings = `
  select set_config('statement_timeout', $1, false),
    set_config('idle_in_transaction_session_timeout', $2, false),
    set_config('default_transaction_isolation', 'read committed', false),
    case current_setting('synchronous_commit')
      when 'off' then set_config('synchronous_commit', 'on', false)
    end`;

/** Counts and times come as JavaScript numbers: all of them are far below 2^53. For these connections only. */
function numberTypes(): pg.CustomTypesConfig {
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, Number);
  return types;
}

function storable(value: unknown): unknown {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value;
}

/** Class 08 is a connection exception, 57P01 to 57P05 say that the server ended the session. */
function isAnswer(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state !== undefined && !state.startsWith('08') && !state.startsWith('57P');
}

/** A host with several addresses fails with an error that has no words of its own. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return messageOf(error) || 'no reason given';
}
