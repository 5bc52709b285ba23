/** What the errors of both databases mean. Pure. */

/** The database went away in the middle of something. Whether that was committed is not known. */
export class DatabaseOutage extends Error {
  override readonly name = 'DatabaseOutage';
}

/** SQLITE_CONSTRAINT_PRIMARYKEY and SQLITE_CONSTRAINT_UNIQUE (https://www.sqlite.org/rescode.html). */
const uniqueInSqlite = new Set<unknown>([1555, 2067]);

/** unique_violation (PostgreSQL documentation, appendix A). */
const uniqueInPostgres = '23505';

/** serialization_failure and deadlock_detected: the transaction did nothing, and may do it when it is run again. */
const collisions = new Set<unknown>(['40001', '40P01']);

export function isUnique(error: unknown): boolean {
  return uniqueInSqlite.has(fieldOf(error, 'errcode')) || sqlStateOf(error) === uniqueInPostgres;
}

/** Somebody else's transaction stood in the way of this one, which left nothing behind. */
export function isLostRace(error: unknown): boolean {
  return collisions.has(sqlStateOf(error)) || isUnique(error);
}

/** The five characters by which PostgreSQL says what is wrong; absent when the error is not its own. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = fieldOf(error, 'code');
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && fieldOf(error, 'severity') !== undefined
    ? code
    : undefined;
}

function fieldOf(error: unknown, name: 'code' | 'errcode' | 'severity'): unknown {
  return error instanceof Error && name in error
    ? (error as Error & Record<string, unknown>)[name]
    : undefined;
}
