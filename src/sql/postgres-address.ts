import pg from 'pg';
import { DatabaseRefusal } from './database-refusal.ts';

/** Where the database is. `shown` may stand in a log: the URL holds a password, and the libraries' errors the URL. */
export type PostgresAddress = { url: string; shown: string; user: string; database: string };

export function postgresAddressOf(url: string): PostgresAddress {
  const { user = '', database = '', host, port } = clientOf(url);
  const place = host.startsWith('/') ? host : `${host}:${port}`;
  return { url, shown: `PostgreSQL at ${place}`, user, database };
}

/** Read as the driver reads it, with its defaults and the variables of libpq (PGHOST, PGPORT, PGUSER…). */
function clientOf(url: string): pg.Client {
  try {
    return new pg.Client({ connectionString: url });
  } catch {
    const wanted =
      'postgres://USER:PASSWORD@HOST:PORT/DATABASE, with %XX for special characters in its parts';
    throw new DatabaseRefusal(
      'unusable',
      `DATABASE_URL (not shown) is no address of a database; wanted: ${wanted}`,
    );
  }
}
