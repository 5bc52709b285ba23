import type { Kysely, Transaction } from 'kysely';
import { type HeadBook, headDeliveryId, type KnownHead, type KnownRepository } from '../runs/head-book.ts';
import { hasRun } from './has-run.ts';
import { isClaimable } from './held-until.ts';
import { inTransaction } from './in-transaction.ts';
import { ownDeliveryRow } from './own-delivery-row.ts';
import type { Tables } from './tables.ts';
import type { HeadRow } from './watched-tables.ts';

export function createSqlHeads(db: Kysely<Tables>): HeadBook {
  return {
    note: ({ repository, ref, sha, ...place }, { atMs, isLate }) =>
      inTransaction(db, async (trx) => {
        const look = { place: JSON.stringify(place), noted_at: atMs };
        await trx
          .insertInto('head_looks')
          .values({ repository, ...look })
          .onConflict((conflict) => conflict.column('repository').doUpdateSet(look))
          .execute();
        if (!isLate) await putHead(trx, { repository, ref, sha, found_sha: null, found_at: null });
        else {
          await trx
            .insertInto('heads')
            .values({ repository, ref, sha })
            .onConflict((conflict) => conflict.doNothing())
            .execute();
        }
      }),

    async forget(repository, ref) {
      await db.deleteFrom('heads').where('repository', '=', repository).where('ref', '=', ref).execute();
    },

    async watch({ repository, ...place }, atMs) {
      const look = { place: JSON.stringify(place), noted_at: atMs };
      await db
        .insertInto('head_looks')
        .values({ repository, ...look })
        .onConflict((conflict) => conflict.column('repository').doUpdateSet(look))
        .execute();
    },

    async repositories(sinceMs) {
      const rows = await db
        .selectFrom('head_looks')
        .select(['repository', 'place'])
        .where('noted_at', '>=', sinceMs)
        .orderBy('repository')
        .execute();
      return rows.map(({ repository, place }) => ({
        ...(JSON.parse(place) as Omit<KnownRepository, 'repository'>),
        repository,
      }));
    },

    async claim(repository, { nowMs, unlessSinceMs }) {
      const row = await db
        .updateTable('head_looks')
        .set({ claimed_at: nowMs })
        .where('repository', '=', repository)
        .where(isClaimable('claimed_at', { nowMs, unlessSinceMs }))
        .returning('looked_at')
        .executeTakeFirst();
      return row && { isFirst: row.looked_at === null };
    },

    async known(repository) {
      const rows = await db.selectFrom('heads').selectAll().where('repository', '=', repository).execute();
      return new Map(rows.map((row) => [row.ref, headOf(row)]));
    },

    async isBusy(repository) {
      const row = await db
        .selectFrom('deliveries')
        .select('id')
        .where('outcome', '=', 'pending')
        .where('lane', '=', repository)
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },

    hasRun: (change) => hasRun(db, change),

    async wasTakenIn(change) {
      const row = await db
        .selectFrom('deliveries')
        .select('id')
        .where('source', '=', 'hookline')
        .where('delivery_id', '=', headDeliveryId(change))
        // As the index has it, without which every delivery would be read.
        .where('replay_of', 'is', null)
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },

    settle: (repository, { learned, suspected, takenIn, gone }, atMs) =>
      inTransaction(db, async (trx) => {
        await trx
          .updateTable('head_looks')
          .set({ looked_at: atMs })
          .where('repository', '=', repository)
          .execute();
        for (const { ref, sha } of [...learned, ...takenIn]) {
          await putHead(trx, { repository, ref, sha, found_sha: null, found_at: null });
        }
        for (const { ref, sha } of suspected) {
          const found = { found_sha: sha, found_at: atMs };
          await trx
            .insertInto('heads')
            .values({ repository, ref, sha: '', ...found })
            .onConflict((conflict) => conflict.columns(['repository', 'ref']).doUpdateSet(found))
            .execute();
        }
        for (const { delivery } of takenIn) {
          await trx
            .insertInto('deliveries')
            .values(ownDeliveryRow(delivery))
            .onConflict((conflict) => conflict.doNothing())
            .execute();
        }
        for (const ref of gone) {
          await trx.deleteFrom('heads').where('repository', '=', repository).where('ref', '=', ref).execute();
        }
      }),
  };
}

async function putHead(trx: Transaction<Tables>, row: HeadRow): Promise<void> {
  const { repository: _repository, ref: _ref, ...head } = row;
  await trx
    .insertInto('heads')
    .values(row)
    .onConflict((conflict) => conflict.columns(['repository', 'ref']).doUpdateSet(head))
    .execute();
}

function headOf({ sha, found_sha, found_at }: HeadRow): KnownHead {
  return {
    sha,
    ...(found_sha === null ? {} : { foundSha: found_sha }),
    ...(found_at === null ? {} : { foundAtMs: found_at }),
  };
}
