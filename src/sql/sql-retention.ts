import { type Kysely, type RawBuilder, sql } from 'kysely';
import { artifactFileName, logPrefix } from '../contract/live-log.ts';
import { expiredBecause } from '../runs/expired-because.ts';
import type { Expired, RetentionPolicy, RetentionStore } from '../runs/retention.ts';
import { inTransaction } from './in-transaction.ts';
import type { Tables } from './tables.ts';

type ExpiredRow = {
  id: string;
  run_id: string;
  job_id: string;
  job_name: string;
  attempt: number;
  name: string | null;
  format: string | null;
  size_bytes: number | null;
  repository: string;
  ref: string;
  number: number;
  finished_at: number;
  place: number;
};

export function createSqlRetention(db: Kysely<Tables>): RetentionStore {
  return {
    async expired(policy, nowMs, limit) {
      const { rows: artifacts } = await sql<ExpiredRow>`
        ${expiredArtifacts(policy, nowMs)} limit ${limit}
      `.execute(db);
      const found = artifacts.map((row) => expiredOf('artifact', row, policy, nowMs));
      if (policy.logMs === undefined || found.length >= limit) return found;
      const { rows: logs } = await sql<ExpiredRow>`
        ${expiredLogs(nowMs - policy.logMs)} limit ${limit - found.length}
      `.execute(db);
      return [...found, ...logs.map((row) => expiredOf('log', row, policy, nowMs))];
    },

    remove: (expired, nowMs) =>
      inTransaction(db, async (trx) => {
        // A retry locks the run as well: either it comes first, and the run has not ended, or it finds this done.
        const run = await trx
          .selectFrom('runs')
          .select('finished_at')
          .where('id', '=', expired.runId)
          .forUpdate()
          .executeTakeFirst();
        if (run?.finished_at !== expired.finishedAtMs) return false;
        const target = await (expired.kind === 'artifact'
          ? artifactKeyOf(trx, expired.id)
          : logPrefix(expired));
        if (target === undefined) return false;
        const inserted = await trx
          .insertInto('removals')
          .values({
            id: expired.id,
            kind: expired.kind,
            run_id: expired.runId,
            target,
            because: expired.because,
            removed_at: nowMs,
            purges: 0,
            purge_due: nowMs,
          })
          .onConflict((conflict) => conflict.column('id').doNothing())
          .executeTakeFirst();
        if (inserted.numInsertedOrUpdatedRows === 0n) return false;
        if (expired.kind === 'log') {
          await trx
            .deleteFrom('log_segments')
            .where('job_id', '=', expired.jobId)
            .where('attempt', '=', expired.attempt)
            .execute();
        }
        return true;
      }),

    async takePurges({ nowMs, holdMs, limit }) {
      const due = await db
        .selectFrom('removals')
        .select(['id', 'kind', 'run_id', 'target', 'purges', 'purge_due'])
        .where('purge_due', '<=', nowMs)
        .orderBy('purge_due')
        .limit(limit)
        .execute();
      const taken: typeof due = [];
      for (const row of due) {
        const held = await db
          .updateTable('removals')
          .set({ purge_due: nowMs + holdMs })
          .where('id', '=', row.id)
          .where('purge_due', '=', row.purge_due)
          .executeTakeFirst();
        if (held.numUpdatedRows > 0n) taken.push(row);
      }
      return taken.map(({ id, kind, run_id, target, purges }) => ({
        id,
        runId: run_id,
        target,
        isPrefix: kind === 'log',
        purges,
      }));
    },

    async purged(id, againAtMs) {
      await db
        .updateTable('removals')
        .set((eb) => ({ purges: eb('purges', '+', 1), purge_due: againAtMs ?? null }))
        .where('id', '=', id)
        .execute();
    },
  };
}

async function artifactKeyOf(trx: Kysely<Tables>, id: string): Promise<string | undefined> {
  const row = await trx
    .selectFrom('artifacts')
    .select('key')
    .where('id', '=', id)
    .where('deployed', 'is', null)
    .executeTakeFirst();
  return row?.key;
}

/** Branches and tags have a last green run that is kept; what is merged and over, as pull requests are, has none. */
const hasBranch = sql`runs.event not in ('pull_request', 'merge_group')`;

/**
 * `place` counts the runs of a reference that still have artifacts, the newest first, and `green` is the newest of them that
 * succeeded.
 */
function expiredArtifacts({ artifactMs, artifactRuns }: RetentionPolicy, nowMs: number): RawBuilder<unknown> {
  const tooOld = artifactMs === undefined ? sql`false` : sql`kept.finished_at < ${nowMs - artifactMs}`;
  const tooMany = artifactRuns === undefined ? sql`false` : sql`kept.place > ${artifactRuns}`;
  return sql`
    with kept as (
      select runs.id, runs.repository, runs.ref, runs.number, runs.finished_at,
        row_number() over (
          partition by runs.repository, runs.ref order by runs.number desc
        ) as place,
        case when ${hasBranch} and runs.status = 'success' then 1 else 0 end as is_green,
        max(case when ${hasBranch} and runs.status = 'success' then runs.number end) over (
          partition by runs.repository, runs.ref
        ) as green
      from runs
      where exists (
        select 1 from artifacts where artifacts.run_id = runs.id
          and not exists (select 1 from removals where removals.id = artifacts.id)
      )
    )
    select artifacts.id, artifacts.run_id, artifacts.job_id, artifacts.job_name, artifacts.attempt, artifacts.name,
      artifacts.format, artifacts.size_bytes, kept.repository, kept.ref, kept.number, kept.finished_at, kept.place
    from kept join artifacts on artifacts.run_id = kept.id
    where kept.finished_at is not null
      and artifacts.deployed is null
      and not (kept.is_green = 1 and kept.number = kept.green)
      and (${tooOld} or ${tooMany})
      and not exists (select 1 from removals where removals.id = artifacts.id)
    order by kept.finished_at, artifacts.id
  `;
}

function expiredLogs(finishedBeforeMs: number): RawBuilder<unknown> {
  return sql`
    select attempts.job_id || '/' || attempts.number as id, attempts.run_id, attempts.job_id,
      jobs.name as job_name, attempts.number as attempt, null as name, null as format,
      attempts.log_bytes as size_bytes, runs.repository, runs.ref, runs.number, runs.finished_at, 0 as place
    from runs
    join attempts on attempts.run_id = runs.id
    join jobs on jobs.id = attempts.job_id
    where runs.finished_at < ${finishedBeforeMs}
      and attempts.started_at is not null
      and not exists (select 1 from removals where removals.id = attempts.job_id || '/' || attempts.number)
      and not (${hasBranch} and runs.status = 'success' and not exists (
        select 1 from runs as newer where newer.repository = runs.repository and newer.ref = runs.ref
          and newer.status = 'success' and newer.number > runs.number
      ))
    order by runs.finished_at, attempts.job_id, attempts.number
  `;
}

function expiredOf(kind: Expired['kind'], row: ExpiredRow, policy: RetentionPolicy, nowMs: number): Expired {
  const sizeBytes = row.size_bytes ?? 0;
  const { place, finished_at: finishedAtMs } = row;
  return {
    kind,
    id: row.id,
    runId: row.run_id,
    runNumber: row.number,
    repository: row.repository,
    ref: row.ref,
    jobId: row.job_id,
    jobName: row.job_name,
    attempt: row.attempt,
    ...(row.name === null ? {} : { fileName: artifactFileName(row.name, row.format ?? undefined) }),
    sizeBytes,
    finishedAtMs,
    because: expiredBecause({ kind, place, finishedAtMs }, policy, nowMs),
  };
}
