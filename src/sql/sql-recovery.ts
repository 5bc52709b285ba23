import { type Kysely, sql } from 'kysely';
import type { RecoveryStore } from '../runs/delivery-log.ts';
import { hasRun } from './has-run.ts';
import { isClaimable } from './held-until.ts';
import type { Tables } from './tables.ts';

/** Ids per statement; SQLite takes at most 32,766 values in one. */
const mostIds = 1_000;

const source = 'github';

/** Which deliveries of GitHub are here, and who looks for those that are not. */
export function createSqlRecovery(db: Kysely<Tables>): RecoveryStore {
  return {
    async repositories(sinceMs) {
      // From name to name by the index: its price is the number of repositories, not that of their deliveries.
      const { rows } = await sql<{ repository: string; headers: string }>`
        with recursive names(name) as (
          select min(repository) from deliveries
          union all
          select (select min(repository) from deliveries where repository > names.name)
          from names where names.name is not null
        )
        select deliveries.repository, deliveries.headers from names join deliveries on deliveries.id =
          (select max(id) from deliveries where repository = names.name and source <> 'hookline')
        where deliveries.source = ${source} and deliveries.received_at >= ${sinceMs}
        order by deliveries.repository
      `.execute(db);
      return rows.map(({ repository, headers }) => {
        const hookId = repositoryHookIn(headers);
        return hookId === undefined ? { repository } : { repository, hookId };
      });
    },

    async claim(repository, { nowMs, unlessSinceMs }) {
      const row = await db
        .insertInto('recoveries')
        .values({ repository, claimed_at: nowMs })
        .onConflict((conflict) =>
          conflict
            .column('repository')
            .doUpdateSet({ claimed_at: nowMs })
            .where(isClaimable('recoveries.claimed_at', { nowMs, unlessSinceMs })),
        )
        .returning('through')
        .executeTakeFirst();
      return row && { throughMs: row.through ?? undefined };
    },

    async complete(repository, throughMs) {
      await db
        .updateTable('recoveries')
        .set({ through: throughMs })
        .where('repository', '=', repository)
        .execute();
    },

    async known(deliveryIds) {
      const known = new Set<string>();
      for (let from = 0; from < deliveryIds.length; from += mostIds) {
        const rows = await db
          .selectFrom('deliveries')
          .select('delivery_id')
          .where('source', '=', source)
          .where('replay_of', 'is', null)
          .where('delivery_id', 'in', deliveryIds.slice(from, from + mostIds))
          .execute();
        for (const row of rows) known.add(row.delivery_id);
      }
      return known;
    },

    hasRun: (change) => hasRun(db, change),
  };
}

/** The webhooks of organisations and apps have logs of their own, elsewhere. */
function repositoryHookIn(headers: string): string | undefined {
  const kept = JSON.parse(headers) as Record<string, string | undefined>;
  const type = kept['x-github-hook-installation-target-type'] ?? 'repository';
  return type === 'repository' ? kept['x-github-hook-id'] : undefined;
}
