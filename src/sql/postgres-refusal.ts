import { sqlStateOf } from './database-errors.ts';
import { DatabaseRefusal } from './database-refusal.ts';
import type { PostgresAddress } from './postgres-address.ts';
import { reasonOf } from './postgres-pool.ts';

/** What stands in the way of a start, and its remedy. Pure. Codes: PostgreSQL documentation, appendix A. */

/** The oldest release that the PostgreSQL project or a distribution still looked after when this was written. */
const oldestVersion = 13;

export type ServerFacts = {
  version: string;
  version_num: string;
  encoding: string;
  read_only: string;
  recovering: boolean;
};

/** Why the server cannot be connected to. `isPassing`: it may be starting. */
export function refusalOfConnect(
  error: unknown,
  { shown, user, database }: PostgresAddress,
): { refusal: DatabaseRefusal; isPassing: boolean } {
  const reason = reasonOf(error);
  const refuse = (code: DatabaseRefusal['code'], message: string) =>
    new DatabaseRefusal(code, `${shown}: ${message}`, { cause: error });
  const state = sqlStateOf(error);
  if (state === '28P01' || state === '28000' || reason.startsWith('SASL')) {
    const remedy = 'mend the user or the password in DATABASE_URL, or pg_hba.conf on the server';
    return {
      refusal: refuse('denied', `user "${user}" is not let in (${reason}); ${remedy}`),
      isPassing: false,
    };
  }
  if (state === '3D000') {
    const remedy = `createdb --owner=${user} --encoding=UTF8 --template=template0 ${database}`;
    return {
      refusal: refuse('missing', `there is no database "${database}"; make it: ${remedy}`),
      isPassing: false,
    };
  }
  // cannot_connect_now (it is starting or stopping) and too_many_connections pass; so may whatever is no answer.
  const isPassing = state === undefined || state === '57P03' || state === '53300';
  const remedy = 'start it, or mend DATABASE_URL';
  return { refusal: refuse('unreachable', `no connection (${reason}); ${remedy}`), isPassing };
}

/** Why the server that answered cannot be used. */
export function refusalOfServer(
  facts: ServerFacts,
  { shown, database }: PostgresAddress,
): DatabaseRefusal | undefined {
  const version = Math.floor(Number(facts.version_num) / 10_000);
  if (version < oldestVersion) {
    return new DatabaseRefusal(
      'too-old',
      `${shown} is version ${version}; wanted: ${oldestVersion} or newer`,
    );
  }
  if (facts.encoding !== 'UTF8') {
    const remedy = 'make one with createdb --encoding=UTF8 --template=template0';
    return new DatabaseRefusal(
      'unusable',
      `${shown}: database "${database}" holds ${facts.encoding} and not UTF8; ${remedy}`,
    );
  }
  if (facts.recovering || facts.read_only === 'on') {
    const remedy = 'DATABASE_URL must name the primary server';
    return new DatabaseRefusal('unusable', `${shown} takes no writes, as a standby does; ${remedy}`);
  }
  return undefined;
}

/** A schema that may not be changed is the usual trouble of a first start: since version 15 not everybody may. */
export function refusalOfMigration(
  error: unknown,
  { shown, user, database }: PostgresAddress,
): DatabaseRefusal | undefined {
  if (sqlStateOf(error) !== '42501') return undefined;
  const remedy = `make it the owner: ALTER DATABASE "${database}" OWNER TO "${user}"`;
  return new DatabaseRefusal(
    'denied',
    `${shown}: user "${user}" may not make tables in database "${database}" (${reasonOf(error)}); ${remedy}`,
    { cause: error },
  );
}
