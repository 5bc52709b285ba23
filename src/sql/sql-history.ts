import type { Kysely, SelectQueryBuilder } from 'kysely';
import { type History, HistoryRefusal, type Listed, type Page } from '../runs/history.ts';
import type { Status } from '../runs/run.ts';
import {
  artifactOf,
  deliveryColumns,
  deliverySummaryOf,
  runSummaryOf,
  summaryColumns,
} from './history-rows.ts';
import { loadRemovals } from './load-removals.ts';
import { loadRunDetail } from './load-run-detail.ts';
import type { Tables } from './tables.ts';

/** Pages are keyed by id, and ids sort by the time they were made: the newest first, at any depth at one price. */
export function createSqlHistory(db: Kysely<Tables>): History {
  async function runIdsOf(deliveryIds: readonly string[]): Promise<Map<string, string[]>> {
    if (deliveryIds.length === 0) return new Map();
    const rows = await db
      .selectFrom('runs')
      .select(['id', 'delivery_id'])
      .where('delivery_id', 'in', deliveryIds)
      .orderBy('id')
      .execute();
    const byDelivery = new Map<string, string[]>();
    for (const row of rows) {
      byDelivery.set(row.delivery_id, [...(byDelivery.get(row.delivery_id) ?? []), row.id]);
    }
    return byDelivery;
  }

  return {
    async listRuns(filter, page) {
      checkCursor(page);
      const query = filtered(db.selectFrom('runs').select(summaryColumns), filter);
      const rows = await (page.before ? query.where('id', '<', page.before) : query)
        .orderBy('id', 'desc')
        .limit(page.limit + 1)
        .execute();
      return listed(rows.map(runSummaryOf), page);
    },

    run: (id) => loadRunDetail(db, id),

    async listDeliveries(filter, page) {
      checkCursor(page);
      let query = db.selectFrom('deliveries').select(deliveryColumns);
      if (filter.repository) query = query.where('repository', '=', filter.repository);
      if (filter.outcome) query = query.where('outcome', '=', filter.outcome);
      if (page.before) query = query.where('id', '<', page.before);
      const rows = await query
        .orderBy('id', 'desc')
        .limit(page.limit + 1)
        .execute();
      const runIds = await runIdsOf(rows.map((row) => row.id));
      return listed(
        rows.map((row) => deliverySummaryOf(row, runIds.get(row.id) ?? [])),
        page,
      );
    },

    async delivery(id) {
      const row = await db
        .selectFrom('deliveries')
        .select(deliveryColumns)
        .where('id', '=', id)
        .executeTakeFirst();
      if (!row) return undefined;
      const runs = await db
        .selectFrom('runs')
        .select(summaryColumns)
        .where('delivery_id', '=', id)
        .orderBy('id')
        .execute();
      const summary = deliverySummaryOf(
        row,
        runs.map((run) => run.id),
      );
      const replays = await db
        .selectFrom('deliveries')
        .select('id')
        .where('replay_of', '=', id)
        .orderBy('id')
        .execute();
      return { ...summary, runs: runs.map(runSummaryOf), replays: replays.map((replay) => replay.id) };
    },

    async refusals() {
      const rows = await db.selectFrom('refusals').selectAll().orderBy('last_at', 'desc').execute();
      return rows.map(({ source, reason, count, last_at }) => ({ source, reason, count, lastAtMs: last_at }));
    },

    async job(jobId) {
      const row = await db
        .selectFrom('jobs')
        .select(['id', 'run_id', 'name', 'status', 'attempt'])
        .where('id', '=', jobId)
        .executeTakeFirst();
      if (!row) return undefined;
      const { id, run_id: runId, name: jobName, attempt } = row;
      return { jobId: id, runId, jobName, attempt, status: row.status as Status };
    },

    async segments(jobId, attempt) {
      const rows = await db
        .selectFrom('log_segments')
        .selectAll()
        .where('job_id', '=', jobId)
        .where('attempt', '=', attempt)
        .orderBy('position')
        .execute();
      return rows.map((row) => ({
        index: row.position,
        key: row.key,
        sizeBytes: row.size_bytes,
        firstLine: row.first_line,
        lineCount: row.line_count,
      }));
    },

    async listArtifacts(filter, page) {
      checkCursor(page);
      let query = db
        .selectFrom('artifacts')
        .innerJoin('runs', 'runs.id', 'artifacts.run_id')
        .selectAll('artifacts')
        .where((eb) =>
          eb.not(
            eb.exists(
              eb.selectFrom('removals').select('removals.id').whereRef('removals.id', '=', 'artifacts.id'),
            ),
          ),
        );
      if (filter.repository) query = query.where('runs.repository', '=', filter.repository);
      if (filter.branch) query = query.where('runs.branch', '=', filter.branch);
      if (filter.status) query = query.where('runs.status', '=', filter.status);
      if (filter.name) query = query.where('artifacts.name', '=', filter.name);
      if (page.before) query = query.where('artifacts.id', '<', page.before);
      const rows = await query
        .orderBy('artifacts.id', 'desc')
        .limit(page.limit + 1)
        .execute();
      return listed(rows.map(artifactOf), page);
    },

    async artifact(id) {
      const row = await db.selectFrom('artifacts').selectAll().where('id', '=', id).executeTakeFirst();
      return row && { ...artifactOf(row), ...(await loadRemovals(db, row.run_id))(id) };
    },
  };
}

/** A cursor is the id of the last item of an earlier page. */
function checkCursor({ before }: Page): void {
  if (before === undefined || /^[\w-]{1,100}$/.test(before)) return;
  throw new HistoryRefusal('bad-cursor', `"${before.slice(0, 100)}" is not the \`next\` of an earlier page`);
}

type RunsQuery<Row> = SelectQueryBuilder<Tables, 'runs', Row>;

type Wanted = Parameters<History['listRuns']>[0];

function filtered<Row>(query: RunsQuery<Row>, filter: Wanted): RunsQuery<Row> {
  let narrowed = query;
  if (filter.repository) narrowed = narrowed.where('repository', '=', filter.repository);
  if (filter.branch) narrowed = narrowed.where('branch', '=', filter.branch);
  if (filter.status) narrowed = narrowed.where('status', '=', filter.status);
  if (filter.event) narrowed = narrowed.where('event', '=', filter.event);
  if (filter.pullRequest) narrowed = narrowed.where('pull_request', '=', filter.pullRequest);
  // A range rather than LIKE: an index serves it, and nothing in it is a wildcard.
  if (filter.sha) narrowed = narrowed.where('sha', '>=', filter.sha).where('sha', '<=', `${filter.sha}g`);
  return narrowed;
}

/** One more than the page was asked for says whether there is a next one. */
function listed<T extends { id: string }>(items: T[], page: Page): Listed<T> {
  const shown = items.slice(0, page.limit);
  const last = shown.at(-1);
  return items.length > page.limit && last ? { items: shown, next: last.id } : { items: shown };
}
