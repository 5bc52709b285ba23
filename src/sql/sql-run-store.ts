import type { Kysely, Transaction } from 'kysely';
import type { Ticket } from '../contract/ticket.ts';
import type { CommandOutcome } from '../runs/command.ts';
import { createRun } from '../runs/create-run.ts';
import type { Run } from '../runs/run.ts';
import type { RunStore } from '../runs/run-store.ts';
import type { Transition } from '../runs/transition.ts';
import { isFreeAt } from './held-until.ts';
import { inTransaction, outlastOutage } from './in-transaction.ts';
import { loadRun } from './load-run.ts';
import { saveDeliveryEffects, saveTransition } from './save-run.ts';
import { commandOutcome } from './sql-commands.ts';
import { leaseOf } from './sql-leases.ts';
import { supersedeOlder } from './supersede-older.ts';
import type { Tables } from './tables.ts';

export type SqlRunStoreOptions = {
  now: () => number;
  newId: () => string;
  /** Effects were committed. */
  onEffects: () => void;
  /** A command was, or may have been, committed or settled. */
  onCommands?: () => void;
};

/** What whoever waits for it hears of once it is committed. */
type Written = { effects: boolean; commands: boolean };
const nothing: Written = { effects: false, commands: false };

const unchanged = (run: Run): Transition => ({ run, effects: [], facts: [], replaced: [] });

export function createSqlRunStore(db: Kysely<Tables>, options: SqlRunStoreOptions): RunStore {
  const { now, newId } = options;

  function tell(written: Written): void {
    if (written.effects) options.onEffects();
    if (written.commands) options.onCommands?.();
  }

  /** Locks the run and moves it on. */
  async function move(
    trx: Transaction<Tables>,
    runId: string,
    decide: (run: Run) => Transition | Promise<Transition>,
  ): Promise<{ run?: Run; written: Written }> {
    const before = await loadRun(trx, runId, { isLocked: true });
    if (!before) return { written: nothing };
    const transition = await decide(before);
    if (transition.run === before) return { run: before, written: nothing };
    const { commands } = await saveTransition(trx, before, transition, now(), newId);
    return { run: transition.run, written: { effects: transition.effects.length > 0, commands } };
  }

  return {
    async settleDelivery(deliveryId, verdict, newRuns, effects = []) {
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
          .returning('correlation_id')
          .executeTakeFirst();
        if (!settled) return loadRunsOf(trx, deliveryId);
        const created: Run[] = [];
        for (const newRun of newRuns) {
          const transition = createRun(newRun, await nextNumber(trx, newRun.repository));
          if (newRun.supersedes) await supersedeOlder(trx, transition.run, now(), newId);
          await saveTransition(trx, undefined, transition, now(), newId);
          created.push(transition.run);
        }
        await saveDeliveryEffects(trx, settled.correlation_id, effects, now());
        return created;
      };
      const runs = await outlastOutage(() => inTransaction(db, settle));
      if (runs.length > 0 || effects.length > 0) {
        options.onEffects();
        options.onCommands?.();
      }
      return runs;
    },

    async change(runId, decide) {
      const { run, written } = await inTransaction(db, (trx) => move(trx, runId, decide));
      tell(written);
      return run;
    },

    async carryOut({ id, runId }, decide) {
      const { outcome, written } = await inTransaction(db, async (trx) => {
        let outcome: CommandOutcome | undefined;
        const { written } = await move(trx, runId, async (run) => {
          // With the run, which is locked, whoever carries out the same command has it settled.
          outcome = await commandOutcome(trx, id);
          const decided = outcome ? unchanged(run) : decide(run);
          outcome ??=
            'refused' in decided ? { outcome: 'refused', message: decided.refused } : { outcome: 'done' };
          return 'refused' in decided ? unchanged(run) : decided;
        });
        outcome ??= { outcome: 'refused', message: `there is no run ${runId}` };
        const message = 'message' in outcome ? outcome.message : null;
        await trx
          .updateTable('commands')
          .set({ state: outcome.outcome, message, settled_at: now() })
          .where('id', '=', id)
          .where('state', '=', 'pending')
          .execute();
        return { outcome, written };
      });
      tell({ ...written, commands: true });
      return outcome;
    },

    get: (runId) => loadRun(db, runId),

    async runIdOfJob(jobId) {
      const row = await db.selectFrom('jobs').select('run_id').where('id', '=', jobId).executeTakeFirst();
      return row?.run_id;
    },

    leaseOf: (leaseId) => leaseOf(db, leaseId),

    async artifactOf(runId, jobName, name) {
      const row = await db
        .selectFrom('artifacts')
        .select(['name', 'key', 'size_bytes', 'sha256'])
        .where('run_id', '=', runId)
        .where('job_name', '=', jobName)
        .where('name', '=', name)
        .where('id', 'not in', (eb) => eb.selectFrom('removals').select('id').where('run_id', '=', runId))
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
