import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** The numbers of the runs that hold these groups of a repository, by the name of the group. */
export async function loadGroupHolders(
  db: Kysely<Tables>,
  repository: string,
  groups: readonly string[],
): Promise<Map<string, number>> {
  if (groups.length === 0) return new Map();
  const rows = await db
    .selectFrom('group_places as place')
    .innerJoin('runs', 'runs.id', 'place.run_id')
    .select(['place.name', 'runs.number'])
    .where('place.repository', '=', repository)
    .where('place.name', 'in', groups)
    .where('place.held', '=', 1)
    .execute();
  return new Map(rows.map(({ name, number }) => [name, number]));
}
