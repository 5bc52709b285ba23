import type { Kysely } from 'kysely';
import type { Removed } from '../runs/history.ts';
import type { Tables } from './tables.ts';

/** What of a run was removed by policy: looked up by the id of an artifact, or `<job>/<attempt>` for a log. */
export async function loadRemovals(
  db: Kysely<Tables>,
  runId: string,
): Promise<(id: string) => { removed?: Removed }> {
  const rows = await db
    .selectFrom('removals')
    .select(['id', 'because', 'removed_at'])
    .where('run_id', '=', runId)
    .execute();
  const byId = new Map(rows.map((row) => [row.id, { atMs: row.removed_at, because: row.because }]));
  return (id) => {
    const removed = byId.get(id);
    return removed ? { removed } : {};
  };
}
