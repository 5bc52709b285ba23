import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** Whether there is a run of this commit on this reference, whatever became of it. */
export async function hasRun(
  db: Kysely<Tables>,
  { repository, ref, sha }: { repository: string; ref: string; sha: string },
): Promise<boolean> {
  const row = await db
    .selectFrom('runs')
    .select('id')
    .where('sha', '=', sha)
    .where('repository', '=', repository)
    .where('ref', '=', ref)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
