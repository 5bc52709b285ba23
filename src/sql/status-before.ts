import type { Kysely } from 'kysely';
import type { StatusBefore } from '../runs/notification.ts';
import type { Status } from '../runs/run.ts';
import type { Tables } from './tables.ts';

/** Superseded, cancelled and skipped runs say nothing of the code, so the one before them counts. */
const telling: Status[] = ['success', 'failure', 'error'];

/** How the run before on the same branch, tag or pull request ended. */
export function createStatusBefore(db: Kysely<Tables>): StatusBefore {
  return async ({ repository, ref, number }) => {
    const row = await db
      .selectFrom('runs')
      .select('status')
      .where('repository', '=', repository)
      .where('ref', '=', ref)
      .where('number', '<', number)
      .where('status', 'in', telling)
      .orderBy('number', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row?.status as Status | undefined;
  };
}
