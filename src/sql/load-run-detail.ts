import type { Kysely } from 'kysely';
import type { JobPlan } from '../../pipelines/plan.ts';
import { faultKindOf } from '../contract/fault.ts';
import type { JobReports } from '../contract/job-reports.ts';
import type { Change } from '../runs/change.ts';
import type { Effect } from '../runs/effect.ts';
import { groupText, waitsForGroup } from '../runs/group.ts';
import type {
  AttemptDetail,
  DeploymentDetail,
  JobDetail,
  Removed,
  RunDetail,
  StatusDetail,
} from '../runs/history.ts';
import { isAllowedFailure, isFinal, type Status, type Step } from '../runs/run.ts';
import { isAnotherImage } from '../runs/used-image.ts';
import { artifactOf, runSummaryOf } from './history-rows.ts';
import { loadReports } from './job-reports.ts';
import { loadGroupHolders } from './load-group-holders.ts';
import { loadRemovals } from './load-removals.ts';
import { loadNotifications } from './notification-details.ts';
import {
  approvalOf,
  builtOf,
  gatesOf,
  imageOf,
  isolationOf,
  limitOf,
  logOf,
  problemsOf,
  stepOf,
  supersededByOf,
  timesOf,
  usageOf,
  warningsOf,
  withReason,
} from './run-rows.ts';
import type { AttemptRow, DeploymentRow, JobRow, OutboxRow, RunRow, StepRow, Tables } from './tables.ts';

/** A run as people see it: with every attempt, not only the newest, and what became of its statuses. */
export async function loadRunDetail(db: Kysely<Tables>, id: string): Promise<RunDetail | undefined> {
  const row = await db.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) return undefined;
  const delivery = await db
    .selectFrom('deliveries')
    .select('recovered')
    .where('id', '=', row.delivery_id)
    .executeTakeFirst();
  const jobs = await db.selectFrom('jobs').selectAll().where('run_id', '=', id).orderBy('position').execute();
  const attempts = await db
    .selectFrom('attempts')
    .selectAll()
    .where('run_id', '=', id)
    .orderBy('number')
    .execute();
  const steps = await db
    .selectFrom('steps')
    .selectAll()
    .where('job_id', 'in', (eb) => eb.selectFrom('jobs').select('id').where('run_id', '=', id))
    .orderBy('position')
    .execute();
  const artifacts = await db
    .selectFrom('artifacts')
    .selectAll()
    .where('run_id', '=', id)
    .orderBy('id')
    .execute();
  const deployments = await db.selectFrom('deployments').selectAll().where('run_id', '=', id).execute();
  const statuses = await db
    .selectFrom('outbox')
    .selectAll()
    .where('run_id', '=', id)
    .where('type', 'in', ['commit-status', 'check-run'])
    .orderBy('id')
    .execute();

  const notifications = await loadNotifications(db, id);
  const reportsOf = await loadReports(db, id);
  const removedOf = await loadRemovals(db, id);
  const groups = jobs.flatMap((job) => awaitedGroupOf(job) ?? []);
  const holders = await loadGroupHolders(db, row.repository, groups);
  const stepsOf = Map.groupBy(steps, (step) => `${step.job_id} ${step.attempt}`);
  const attemptsOf = Map.groupBy(attempts, (attempt) => attempt.job_id);
  return {
    ...runSummaryOf(row),
    ...approvalOf(row.approval),
    ...supersededByOf(row.superseded_by),
    ...limitOf(row),
    ...scheduleOf(row),
    deliveryId: row.delivery_id,
    ...(delivery?.recovered === 1 ? { recovered: true } : {}),
    correlationId: row.correlation_id,
    ...problemsOf(row.problems),
    ...warningsOf(row.warnings),
    pipeline: { file: row.pipeline_file, digest: row.pipeline_digest },
    jobs: jobs.map((job) =>
      jobDetailOf(
        job,
        (attemptsOf.get(job.id) ?? []).map((attempt) =>
          attemptDetailOf(
            attempt,
            stepsOf.get(`${attempt.job_id} ${attempt.number}`) ?? [],
            attempts.find(({ job_id, number }) => job_id === attempt.job_id && number === attempt.number + 1),
            job,
            reportsOf(attempt.job_id, attempt.number),
            removedOf(`${attempt.job_id}/${attempt.number}`).removed,
          ),
        ),
        holders,
      ),
    ),
    artifacts: artifacts.map((artifact) => ({ ...artifactOf(artifact), ...removedOf(artifact.id) })),
    deployments: deployments.map((deployment) =>
      deploymentOf(
        deployment,
        jobs.find(({ id: jobId }) => jobId === deployment.job_id),
      ),
    ),
    statuses: statuses.flatMap(statusOf),
    ...(notifications.length === 0 ? {} : { notifications }),
  };
}

function scheduleOf({ event, change }: RunRow): Pick<RunDetail, 'schedule'> {
  if (event !== 'schedule') return {};
  const { schedule } = JSON.parse(change) as Change;
  return schedule === undefined ? {} : { schedule };
}

function jobDetailOf(
  row: JobRow,
  attempts: AttemptDetail[],
  holders: ReadonlyMap<string, number>,
): JobDetail {
  const plan = JSON.parse(row.plan) as JobPlan;
  const status = row.status as Status;
  return {
    id: row.id,
    name: row.name,
    kind: plan.kind,
    ...matrixOf(plan),
    needs: plan.needs,
    ...(plan.kind === 'build' && plan.runsOn ? { runsOn: plan.runsOn } : {}),
    status,
    ...(isAllowedFailure({ status, plan }) ? { allowed: true } : {}),
    ...withReason(row.reason),
    ...heldBy(row, holders),
    ...askedApproval(plan),
    ...allGatesOf(row),
    ...timesOf(row),
    attempts: attempts.map((attempt) =>
      plan.kind === 'build' && attempt.number === row.attempt
        ? withPlannedSteps(attempt, plan.steps, row)
        : attempt,
    ),
  };
}

function awaitedGroupOf(row: JobRow): string | undefined {
  const isWaiting = waitsForGroup({ status: row.status as Status, ...withReason(row.reason) });
  return isWaiting ? (JSON.parse(row.plan) as JobPlan).group : undefined;
}

/** Who holds a group changes without the jobs that wait for it: it is looked up when somebody asks. */
function heldBy(row: JobRow, holders: ReadonlyMap<string, number>): Pick<JobDetail, 'reason'> {
  const group = awaitedGroupOf(row);
  if (group === undefined) return {};
  return { reason: { code: 'group', message: groupText(group, holders.get(group)) } };
}

function askedApproval({ approval }: JobPlan): Pick<JobDetail, 'approval'> {
  if (!approval) return {};
  const { by, message } = approval;
  return { approval: { by, ...(message === undefined ? {} : { message }) } };
}

function allGatesOf(row: JobRow): Pick<JobDetail, 'gates'> {
  const { gate, pastGates = [] } = gatesOf(row);
  const gates = gate ? [...pastGates, gate] : pastGates;
  return gates.length === 0 ? {} : { gates };
}

function matrixOf(plan: JobPlan): Pick<JobDetail, 'matrix'> {
  if (plan.kind !== 'build' || !plan.matrix) return {};
  const { job, values } = plan.matrix;
  return { matrix: { job, values } };
}

/** Steps that have not begun are shown as what they wait for, and those that never will as skipped. */
function withPlannedSteps(
  attempt: AttemptDetail,
  planned: readonly { name: string }[],
  job: JobRow,
): AttemptDetail {
  const begun = new Map(attempt.steps.map((step) => [step.index, step]));
  const status: Status = job.finished_at === null ? 'queued' : 'skipped';
  const steps = planned.map(({ name }, index): Step => begun.get(index) ?? { index, name, status });
  return { ...attempt, steps };
}

function attemptDetailOf(
  row: AttemptRow,
  steps: StepRow[],
  next: AttemptRow | undefined,
  job: JobRow,
  reports: JobReports | undefined,
  logRemoved: Removed | undefined,
): AttemptDetail {
  const { reason } = withReason(row.reason);
  const fault = reason && faultKindOf(reason.code);
  return {
    number: row.number,
    status: row.status as AttemptDetail['status'],
    ...(row.runner_name === null ? {} : { runner: row.runner_name }),
    ...attemptImageOf(row, job),
    ...isolationOf(row),
    ...builtOf(row),
    ...(reason ? { reason } : {}),
    ...(fault ? { fault } : {}),
    // A person who asks for the job again begins a new count.
    ...(next && next.losses > 0 ? { triedAgain: true } : {}),
    ...(row.not_before === null ? {} : { notBeforeMs: row.not_before }),
    queuedAtMs: row.queued_at,
    ...timesOf(row),
    ...usageOf(row),
    ...logOf(row),
    steps: steps.map(stepOf),
    ...(reports ? { reports } : {}),
    ...(logRemoved ? { logRemoved } : {}),
  };
}

function attemptImageOf(row: AttemptRow, job: JobRow): Pick<AttemptDetail, 'image'> {
  const [{ image: used }, { image: first }] = [imageOf(row), imageOf(job)];
  if (!used) return {};
  return { image: { ...used, ...(first && isAnotherImage(first, used) ? { moved: true } : {}) } };
}

/** A job may end without a last word of its deployer; its deployment is not under way any more then. */
function deploymentOf(row: DeploymentRow, job: JobRow | undefined): DeploymentDetail {
  const isLeft = job && isFinal(job.status as Status) && !isFinal(row.status as Status);
  return {
    jobName: row.job_name,
    environment: row.environment,
    status: isLeft ? job.status : row.status,
    ...(row.external_id === null ? {} : { externalId: row.external_id }),
    ...(row.detail === null ? {} : { detail: JSON.parse(row.detail) as unknown }),
    updatedAtMs: row.updated_at,
  };
}

type StoredOutboxRow = Omit<OutboxRow, 'id'>;

function toldBy(effect: Effect): Pick<StatusDetail, 'context' | 'state' | 'description'> | undefined {
  if (effect.type === 'check-run') {
    const { name, state, title } = effect.check;
    return { context: name, state, description: title };
  }
  if (effect.type !== 'commit-status') return undefined;
  const { context, state, description } = effect.status;
  return { context, state, description };
}

function statusOf(row: StoredOutboxRow): StatusDetail[] {
  const effect = JSON.parse(row.effect) as Effect;
  const told = toldBy(effect);
  if (!told) return [];
  return [
    {
      ...told,
      delivery: row.state as StatusDetail['delivery'],
      tries: row.tries,
      ...(row.problem === null ? {} : { problem: row.problem }),
      createdAtMs: row.created_at,
      ...(row.done_at === null ? {} : { doneAtMs: row.done_at }),
    },
  ];
}
