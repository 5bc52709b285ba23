import type { Insertable } from 'kysely';
import type { NotificationPlan } from '../../pipelines/notification.ts';
import type { JobPlan } from '../../pipelines/plan.ts';
import type { Problem } from '../../pipelines/problem.ts';
import type { Reason, Usage } from '../contract/job-event.ts';
import type { Change } from '../runs/change.ts';
import { waitsAtGate } from '../runs/gate.ts';
import type {
  Approval,
  Attempt,
  BuiltMerge,
  Gate,
  Job,
  Run,
  Status,
  Step,
  Successor,
  UsedImage,
} from '../runs/run.ts';
import { labelsOf } from '../runs/runner-labels.ts';
import type { AttemptRow, JobRow, RunRow, StepRow } from './tables.ts';

/** Rows of the database to values of the domain and back. Pure. */

export function runRowOf(run: Run): RunRow {
  const { change } = run;
  return {
    id: run.id,
    number: run.number,
    repository: run.repository,
    event: change.event,
    ref: change.ref,
    branch: change.branch ?? change.pullRequest?.headBranch ?? null,
    sha: change.sha,
    title: change.title,
    author: change.author.login ?? change.author.name,
    pull_request: change.pullRequest?.number ?? null,
    change: JSON.stringify(change),
    pipeline_file: run.pipeline.file,
    pipeline_digest: run.pipeline.digest,
    delivery_id: run.deliveryId,
    correlation_id: run.correlationId,
    status: run.status,
    reason: jsonOrNull(run.reason),
    approval: jsonOrNull(run.approval),
    superseded_by: jsonOrNull(run.supersededBy),
    reports: run.reports ?? null,
    problems: jsonOrNull(run.problems),
    commented: run.commented ? 1 : null,
    warnings: jsonOrNull(run.warnings),
    notifications: jsonOrNull(run.notifications),
    timeout: run.limit?.timeoutMs ?? null,
    time_left: run.limit?.leftMs ?? null,
    deadline: run.limit?.deadlineMs ?? null,
    created_at: run.createdAtMs,
    started_at: run.startedAtMs ?? null,
    finished_at: run.finishedAtMs ?? null,
  };
}

export function runOf(row: RunRow, jobs: Job[]): Run {
  return {
    id: row.id,
    number: row.number,
    repository: row.repository,
    change: JSON.parse(row.change) as Change,
    pipeline: { file: row.pipeline_file, digest: row.pipeline_digest },
    deliveryId: row.delivery_id,
    correlationId: row.correlation_id,
    status: row.status as Status,
    ...withReason(row.reason),
    ...approvalOf(row.approval),
    ...supersededByOf(row.superseded_by),
    ...(row.reports === 'checks' ? { reports: row.reports } : {}),
    ...problemsOf(row.problems),
    ...(row.commented === 1 ? { commented: true } : {}),
    ...warningsOf(row.warnings),
    ...(row.notifications === null
      ? {}
      : { notifications: JSON.parse(row.notifications) as NotificationPlan[] }),
    ...limitOf(row),
    createdAtMs: row.created_at,
    ...timesOf(row),
    jobs,
  };
}

export function problemsOf(json: string | null): Pick<Run, 'problems'> {
  return json === null ? {} : { problems: JSON.parse(json) as Problem[] };
}

export function warningsOf(json: string | null): Pick<Run, 'warnings'> {
  return json === null ? {} : { warnings: JSON.parse(json) as Problem[] };
}

export function jobRowOf(run: Run, job: Job, position: number): JobRow {
  const labels = labelsOf(job.plan);
  return {
    id: job.id,
    run_id: run.id,
    position,
    name: job.name,
    kind: job.plan.kind,
    plan: JSON.stringify(job.plan),
    status: job.status,
    reason: jsonOrNull(job.reason),
    attempt: job.attempt?.number ?? 0,
    turn: job.turn ?? 0,
    gate: jsonOrNull(job.gate),
    past_gates: jsonOrNull(job.pastGates),
    image: jsonOrNull(job.image),
    approval_until: waitsAtGate(job) ? (job.gate?.expiresAtMs ?? null) : null,
    started_at: job.startedAtMs ?? null,
    finished_at: job.finishedAtMs ?? null,
    labels: labels.length === 0 ? null : JSON.stringify(labels),
  };
}

export function jobOf(row: JobRow, attempt: Attempt | undefined): Job {
  return {
    id: row.id,
    name: row.name,
    plan: JSON.parse(row.plan) as JobPlan,
    status: row.status as Status,
    ...withReason(row.reason),
    ...timesOf(row),
    ...(row.turn === 0 ? {} : { turn: row.turn }),
    ...gatesOf(row),
    ...imageOf(row),
    ...(attempt ? { attempt } : {}),
  };
}

export function gatesOf(row: Pick<JobRow, 'gate' | 'past_gates'>): Pick<Job, 'gate' | 'pastGates'> {
  return {
    ...(row.gate === null ? {} : { gate: JSON.parse(row.gate) as Gate }),
    ...(row.past_gates === null ? {} : { pastGates: JSON.parse(row.past_gates) as Gate[] }),
  };
}

/** Without the columns of heartbeats (`lease_expires_at`, `lease_beat`), which only the lease store moves. */
export function attemptRowOf(
  run: Run,
  job: Job,
  attempt: Attempt,
): Omit<AttemptRow, 'lease_expires_at' | 'lease_beat'> {
  const { lease, log } = attempt;
  return {
    job_id: job.id,
    run_id: run.id,
    number: attempt.number,
    status: attempt.status,
    lease_id: lease?.id ?? null,
    claim_id: lease?.claimId ?? null,
    runner_id: lease?.runner.id ?? null,
    runner_address: lease?.runner.address ?? null,
    runner_name: lease?.runner.name ?? null,
    granted_until: lease?.grantedUntilMs ?? null,
    losses: attempt.losses,
    faults: attempt.faults,
    not_before: attempt.notBeforeMs ?? null,
    cancel_requested: attempt.cancelRequested ? 1 : 0,
    last_seq: attempt.lastSeq,
    image: jsonOrNull(attempt.image),
    isolation: attempt.isolation ?? null,
    built: jsonOrNull(attempt.built),
    usage: jsonOrNull(attempt.usage),
    reason: jsonOrNull(attempt.reason),
    log_lines: log?.lines ?? null,
    log_bytes: log?.bytes ?? null,
    log_cut: log === undefined ? null : Number(log.cut),
    queued_at: attempt.queuedAtMs,
    started_at: attempt.startedAtMs ?? null,
    finished_at: attempt.finishedAtMs ?? null,
  };
}

export function attemptOf(row: AttemptRow, steps: Step[]): Attempt {
  return {
    number: row.number,
    status: row.status as Attempt['status'],
    queuedAtMs: row.queued_at,
    losses: row.losses,
    faults: row.faults,
    ...(row.not_before === null ? {} : { notBeforeMs: row.not_before }),
    ...leaseOf(row),
    cancelRequested: row.cancel_requested === 1,
    lastSeq: row.last_seq,
    ...imageOf(row),
    ...isolationOf(row),
    ...builtOf(row),
    ...withReason(row.reason),
    ...usageOf(row),
    ...logOf(row),
    ...timesOf(row),
    steps,
  };
}

export function imageOf({ image }: { image: string | null }): { image?: UsedImage } {
  return image === null ? {} : { image: JSON.parse(image) as UsedImage };
}

export function isolationOf({ isolation }: Pick<AttemptRow, 'isolation'>): Pick<Attempt, 'isolation'> {
  return isolation === 'none' ? { isolation } : {};
}

export function builtOf({ built }: Pick<AttemptRow, 'built'>): Pick<Attempt, 'built'> {
  return built === null ? {} : { built: JSON.parse(built) as BuiltMerge };
}

function leaseOf(row: AttemptRow): Pick<Attempt, 'lease'> {
  if (row.lease_id === null) return {};
  return {
    lease: {
      id: row.lease_id,
      claimId: row.claim_id ?? '',
      runner: {
        id: row.runner_id ?? '',
        address: row.runner_address ?? '',
        name: row.runner_name ?? '',
      },
      grantedUntilMs: row.granted_until ?? 0,
    },
  };
}

export function usageOf({ usage }: AttemptRow): Pick<Attempt, 'usage'> {
  return usage === null ? {} : { usage: JSON.parse(usage) as Usage };
}

export function logOf(row: AttemptRow): Pick<Attempt, 'log'> {
  if (row.log_lines === null) return {};
  return { log: { lines: row.log_lines, bytes: row.log_bytes ?? 0, cut: row.log_cut === 1 } };
}

export function stepRowOf(jobId: string, attempt: number, step: Step): Insertable<StepRow> {
  return {
    job_id: jobId,
    attempt,
    position: step.index,
    name: step.name,
    status: step.status,
    exit_code: step.exitCode ?? null,
    allowed: step.allowed === undefined ? null : Number(step.allowed),
    tries: step.tries ?? null,
    message: step.message ?? null,
    started_at: step.startedAtMs ?? null,
    finished_at: step.finishedAtMs ?? null,
  };
}

export function stepOf(row: StepRow): Step {
  return {
    index: row.position,
    name: row.name,
    status: row.status as Status,
    ...(row.exit_code === null ? {} : { exitCode: row.exit_code }),
    ...(row.allowed === null ? {} : { allowed: row.allowed === 1 }),
    ...(row.tries === null ? {} : { tries: row.tries }),
    ...(row.message === null ? {} : { message: row.message }),
    ...timesOf(row),
  };
}

export function timesOf(row: { started_at: number | null; finished_at: number | null }): {
  startedAtMs?: number;
  finishedAtMs?: number;
} {
  return {
    ...(row.started_at === null ? {} : { startedAtMs: row.started_at }),
    ...(row.finished_at === null ? {} : { finishedAtMs: row.finished_at }),
  };
}

export function withReason(reason: string | null): { reason?: Reason } {
  return reason === null ? {} : { reason: JSON.parse(reason) as Reason };
}

export function approvalOf(approval: string | null): { approval?: Approval } {
  return approval === null ? {} : { approval: JSON.parse(approval) as Approval };
}

export function supersededByOf(successor: string | null): { supersededBy?: Successor } {
  return successor === null ? {} : { supersededBy: JSON.parse(successor) as Successor };
}

export function limitOf({ timeout, time_left, deadline }: RunRow): Pick<Run, 'limit'> {
  if (timeout === null) return {};
  const running = deadline === null ? {} : { deadlineMs: deadline };
  return { limit: { timeoutMs: timeout, leftMs: time_left ?? timeout, ...running } };
}

function jsonOrNull(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
