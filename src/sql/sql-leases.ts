import type { Kysely } from 'kysely';
import type { LeaseRecord, LeaseStore } from '../runs/run-store.ts';
import { inTransaction } from './in-transaction.ts';
import type { Tables } from './tables.ts';

export function createSqlLeaseStore(db: Kysely<Tables>): LeaseStore {
  return {
    async renew(leaseId, beat, untilMs) {
      await db
        .updateTable('attempts')
        .set({ lease_beat: beat, lease_expires_at: untilMs })
        .where('lease_id', '=', leaseId)
        .where('status', '=', 'leased')
        .where('lease_beat', '<', beat)
        .where('lease_expires_at', '<>', takenAway)
        .execute();
      const row = await db
        .selectFrom('attempts')
        .select(['status', 'cancel_requested', 'lease_expires_at'])
        .where('lease_id', '=', leaseId)
        .executeTakeFirst();
      if (!row || row.status === 'lost') return 'fenced';
      if (row.status === 'leased' && row.lease_expires_at === takenAway) return 'fenced';
      return row.status === 'leased' && row.cancel_requested === 1 ? 'cancel' : 'continue';
    },

    async standing() {
      const rows = await db
        .selectFrom('attempts')
        .select(['lease_id', 'lease_beat', 'lease_expires_at'])
        .where('status', '=', 'leased')
        .orderBy('lease_expires_at')
        .execute();
      return rows.map((row) => ({
        leaseId: row.lease_id ?? '',
        beat: row.lease_beat,
        isTakenAway: row.lease_expires_at === takenAway,
      }));
    },

    async takeAway(leases) {
      if (leases.length === 0) return [];
      const rows = await inTransaction(db, (trx) =>
        trx
          .updateTable('attempts')
          .set({ lease_expires_at: takenAway })
          .where('status', '=', 'leased')
          .where(({ and, eb, or }) =>
            or(
              leases.map(({ leaseId, beat }) =>
                and([eb('lease_id', '=', leaseId), eb('lease_beat', '=', beat)]),
              ),
            ),
          )
          .returning(leaseColumns)
          .execute(),
      );
      return rows.map(leaseRecordOf);
    },
  };
}

/** Stands in `lease_expires_at` when control has taken the lease away and the run does not say so yet. */
const takenAway = 0;

const leaseColumns = ['run_id', 'job_id', 'number', 'lease_id', 'runner_id', 'runner_address'] as const;

function leaseRows(db: Kysely<Tables>) {
  return db.selectFrom('attempts').select(leaseColumns);
}

export async function leaseOf(db: Kysely<Tables>, leaseId: string): Promise<LeaseRecord | undefined> {
  const [lease] = await leaseRows(db).where('lease_id', '=', leaseId).execute();
  return lease && leaseRecordOf(lease);
}

type LeaseRow = Awaited<ReturnType<ReturnType<typeof leaseRows>['execute']>>[number];

function leaseRecordOf(row: LeaseRow): LeaseRecord {
  return {
    runId: row.run_id,
    jobId: row.job_id,
    attempt: row.number,
    leaseId: row.lease_id ?? '',
    runner: { id: row.runner_id ?? '', address: row.runner_address ?? '' },
  };
}
