import { type Kysely, sql } from 'kysely';
import type { Clock } from '../clock.ts';
import { watchClock } from '../runs/watch-clock.ts';
import type { Tables } from './tables.ts';

/** The clocks of a database and of this process go apart by next to nothing in this time. */
const askEveryMs = 10_000;
/** An answer that took longer says too little about when it was true. */
const slowMs = 1_000;

/**
 * The time by which everything is held that one process at a time may work on. Were it the wall clock of each process,
 * then one whose clock is set, or is ahead of the others', would take what another one is still at. `askDatabase` tells
 * the time of the server that they share; a process that has its database to itself goes by what passes since its start.
 */
export function createHoldClock(
  clock: Pick<Clock, 'now' | 'elapsed'>,
  askDatabase?: () => Promise<number>,
): () => Promise<number> {
  const { now, elapsed } = clock;
  const sinceClockWasSetMs = watchClock(clock);
  let offsetMs = askDatabase ? undefined : now() - elapsed();
  let askedAtMs = 0;

  async function ask(): Promise<number> {
    if (!askDatabase) return now();
    const beganAtMs = elapsed();
    const databaseNowMs = await askDatabase();
    const endedAtMs = elapsed();
    const measuredMs = databaseNowMs - (beganAtMs + endedAtMs) / 2;
    if (offsetMs === undefined || endedAtMs - beganAtMs < slowMs) {
      offsetMs = measuredMs;
      askedAtMs = endedAtMs;
    }
    return offsetMs + endedAtMs;
  }

  return async () => {
    // It may have been the machine that was suspended, whose time then stood still.
    const wasSet = sinceClockWasSetMs() === 0;
    if (offsetMs !== undefined && !(askDatabase && (wasSet || elapsed() - askedAtMs > askEveryMs))) {
      return Math.round(offsetMs + elapsed());
    }
    return Math.round(
      await ask().catch((error: unknown) => {
        if (offsetMs === undefined) throw error;
        return offsetMs + elapsed();
      }),
    );
  };
}

export async function timeOfPostgres(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ ms: number }>`
    select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms
  `.execute(db);
  const [row] = rows;
  if (!row) throw new Error('PostgreSQL did not say what time it is');
  return row.ms;
}
