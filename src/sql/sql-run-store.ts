import type { Kysely, Transaction } from 'kysely';
import type { Ticket } from '../contract/ticket.ts';
import { createRun } from '../runs/create-run.ts';
import type { Run } from '../runs/run.ts';
import type { LeaseRecord, LeaseStore, RunStore } from '../runs/run-store.ts';
import { isFreeAt } from './held-until.ts';
import { inTransaction, outlastOutage } from './in-transaction.ts';
import { loadRun } from './load-run.ts';
import { saveTransition } from './save-run.ts';
import { supersedeOlder } from './supersede-older.ts';
import type { Tables } from './tables.ts';

export type SqlRunStoreOptions = {
  now: () => number;
  newId: () => string;
  /** Effects were committed. */
  onEffects: () => void;
  /** A command was, or may have been, committed: a group has got a new holder. */
  onCommands?: () => void;
};

export function createSqlRunStore(db: Kysely<Tables>, options: SqlRunStoreOptions): RunStore {
  const { now, newId } = options;

  return {
    async settleDelivery(deliveryId, verdict, newRuns) {
      const settle = async (trx: Transaction<Tables>) => {
        const row = {
          outcome: verdict.outcome,
          reason: verdict.reason ?? null,
          settled_at: verdict.settledAtMs,
          problem: null,
        };
        // Locks the delivery as well: whoever settles it at the same moment waits here, and finds it settled.
        const settled = await trx
          .updateTable('deliveries')
          .set(row)
          .where('id', '=', deliveryId)
          .where('outcome', '=', 'pending')
          .executeTakeFirst();
        if (settled.numUpdatedRows === 0n) return loadRunsOf(trx, deliveryId);
        const created: Run[] = [];
        for (const newRun of newRuns) {
          const transition = createRun(newRun, await nextNumber(trx, newRun.repository));
          if (newRun.supersedes) await supersedeOlder(trx, transition.run, now(), newId);
          await saveTransition(trx, undefined, transition, now(), newId);
          created.push(transition.run);
        }
        return created;
      };
      const runs = await outlastOutage(() => inTransaction(db, settle));
      if (runs.length > 0) {
        options.onEffects();
        options.onCommands?.();
      }
      return runs;
    },

    async change(runId, decide) {
      let effects = false;
      let commands = false;
      const run = await inTransaction(db, async (trx) => {
        const before = await loadRun(trx, runId, { isLocked: true });
        if (!before) return undefined;
        const transition = decide(before);
        effects = transition.run !== before && transition.effects.length > 0;
        if (transition.run === before) return before;
        ({ commands } = await saveTransition(trx, before, transition, now(), newId));
        return transition.run;
      });
      if (effects) options.onEffects();
      if (commands) options.onCommands?.();
      return run;
    },

    get: (runId) => loadRun(db, runId),

    async runIdOfJob(jobId) {
      const row = await db.selectFrom('jobs').select('run_id').where('id', '=', jobId).executeTakeFirst();
      return row?.run_id;
    },

    async leaseOf(leaseId) {
      const [lease] = await leaseRows(db).where('lease_id', '=', leaseId).execute();
      return lease && leaseRecordOf(lease);
    },

    async artifactOf(runId, jobName, name) {
      const row = await db
        .selectFrom('artifacts')
        .select(['name', 'key', 'size_bytes', 'sha256'])
        .where('run_id', '=', runId)
        .where('job_name', '=', jobName)
        .where('name', '=', name)
        .orderBy('attempt', 'desc')
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row && { name: row.name, key: row.key, sizeBytes: row.size_bytes, sha256: row.sha256 };
    },

    async unapproved(nowMs, limit) {
      const rows = await db
        .selectFrom('jobs')
        .select(['id', 'run_id'])
        .where('approval_until', '<=', nowMs)
        .orderBy('approval_until')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ runId: row.run_id, jobId: row.id }));
    },

    async queuedTickets(limit) {
      const rows = await db
        .selectFrom('attempts')
        .innerJoin('jobs', 'jobs.id', 'attempts.job_id')
        .select(['attempts.job_id', 'attempts.number', 'jobs.kind', 'jobs.labels'])
        .where('attempts.status', '=', 'queued')
        .where((eb) => eb.or([eb('not_before', 'is', null), isFreeAt(now(), 'not_before')]))
        .orderBy('attempts.queued_at')
        .limit(limit)
        .execute();
      return rows.map(
        (row): Ticket => ({
          queue: row.kind === 'deploy' ? 'deployments' : 'jobs',
          jobId: row.job_id,
          attempt: row.number,
          ...(row.labels === null ? {} : { labels: JSON.parse(row.labels) as string[] }),
        }),
      );
    },
  };
}

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

async function nextNumber(db: Kysely<Tables>, repository: string): Promise<number> {
  const { last_number } = await db
    .insertInto('repositories')
    .values({ name: repository, last_number: 1 })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet((eb) => ({ last_number: eb('repositories.last_number', '+', 1) })),
    )
    .returning('last_number')
    .executeTakeFirstOrThrow();
  return last_number;
}

/** One after the other: a transaction is one connection, which answers one statement at a time. */
async function loadRunsOf(db: Kysely<Tables>, deliveryId: string): Promise<Run[]> {
  const rows = await db
    .selectFrom('runs')
    .select('id')
    .where('delivery_id', '=', deliveryId)
    .orderBy('id')
    .execute();
  const runs: Run[] = [];
  for (const { id } of rows) {
    const run = await loadRun(db, id);
    if (run) runs.push(run);
  }
  return runs;
}
