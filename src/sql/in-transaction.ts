import { setTimeout as sleep } from 'node:timers/promises';
import type { Kysely, Transaction } from 'kysely';
import { DatabaseOutage, isLostRace } from './database-errors.ts';
import type { Tables } from './tables.ts';

const mostRaces = 10;
const mostOutages = 30;
const outagePauseMs = 500;

/**
 * One transaction, run again when another one stood in its way. Each statement sees what was committed before it began
 * (read committed), so whatever is decided upon must be locked first. `work` may be called several times.
 */
export function inTransaction<T>(
  db: Kysely<Tables>,
  work: (transaction: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  return rerunLostRaces(() => db.transaction().execute(work));
}

/** For work that must look again before its transaction is worth another try. */
export async function rerunLostRaces<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === mostRaces || !isLostRace(error)) throw error;
    }
    await sleep(tries);
  }
}

/**
 * For outcomes that this process alone can write down and that may be written twice: a restart of the database is
 * waited for, since nobody else would go on before what this process holds runs out.
 */
export async function outlastOutage<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === mostOutages || !(error instanceof DatabaseOutage)) throw error;
    }
    await sleep(outagePauseMs);
  }
}
