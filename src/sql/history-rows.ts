import type { Change } from '../runs/change.ts';
import type { ArtifactDetail, DeliverySummary, RunSummary } from '../runs/history.ts';
import type { Status } from '../runs/run.ts';
import type { ArtifactRow } from './artifact-tables.ts';
import { timesOf, withReason } from './run-rows.ts';
import type { Tables } from './tables.ts';

/** Rows to what lists and pages show. Pure. */

export const summaryColumns = [
  'id',
  'number',
  'repository',
  'event',
  'ref',
  'branch',
  'sha',
  'title',
  'author',
  'pull_request',
  'status',
  'reason',
  'created_at',
  'started_at',
  'finished_at',
] as const;

type RunSummaryRow = Pick<Tables['runs'], (typeof summaryColumns)[number]>;

export function runSummaryOf(row: RunSummaryRow): RunSummary {
  return {
    id: row.id,
    number: row.number,
    repository: row.repository,
    event: row.event as Change['event'],
    ref: row.ref,
    ...(row.branch === null ? {} : { branch: row.branch }),
    sha: row.sha,
    title: row.title,
    author: row.author,
    ...(row.pull_request === null ? {} : { pullRequest: row.pull_request }),
    status: row.status as Status,
    ...withReason(row.reason),
    createdAtMs: row.created_at,
    ...timesOf(row),
  };
}

export const deliveryColumns = [
  'id',
  'source',
  'delivery_id',
  'event',
  'repository',
  'received_at',
  'correlation_id',
  'outcome',
  'reason',
  'problem',
  'recovered',
  'replay_of',
  'asked_by',
] as const;

export function deliverySummaryOf(
  row: Pick<Tables['deliveries'], (typeof deliveryColumns)[number]>,
  runIds: string[],
): DeliverySummary {
  return {
    id: row.id,
    source: row.source as DeliverySummary['source'],
    deliveryId: row.delivery_id,
    event: row.event,
    ...(row.repository === null ? {} : { repository: row.repository }),
    receivedAtMs: row.received_at,
    correlationId: row.correlation_id,
    outcome: row.outcome as DeliverySummary['outcome'],
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.problem === null ? {} : { problem: row.problem }),
    ...(row.recovered === 1 ? { recovered: true } : {}),
    ...(row.replay_of === null ? {} : { replayOf: row.replay_of }),
    ...(row.asked_by === null ? {} : { askedBy: row.asked_by }),
    runIds,
  };
}

export function artifactOf(row: ArtifactRow): ArtifactDetail {
  return {
    id: row.id,
    runId: row.run_id,
    jobName: row.job_name,
    name: row.name,
    key: row.key,
    sizeBytes: row.size_bytes,
    sha256: row.sha256,
    fileCount: row.file_count,
    createdAtMs: row.created_at,
    ...(row.format === null ? {} : { format: row.format }),
    ...(row.provenance === 'stored' ? { proved: true } : {}),
  };
}
