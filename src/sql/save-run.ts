import type { Transaction } from 'kysely';
import type { Effect } from '../runs/effect.ts';
import { outboxKey } from '../runs/outbox.ts';
import type { Attempt, Job, Run } from '../runs/run.ts';
import type { RunFact, Transition } from '../runs/transition.ts';
import { saveReports } from './job-reports.ts';
import { queueForGroups } from './queue-for-groups.ts';
import { attemptRowOf, jobRowOf, runRowOf, stepRowOf } from './run-rows.ts';
import type { Tables } from './tables.ts';

type Writer = Transaction<Tables>;

/**
 * Writes what a transition changed, its facts and its effects. `before` is absent for a new run. `commands`: a command was
 * written too, since a group has got a new holder.
 */
export async function saveTransition(
  db: Writer,
  before: Run | undefined,
  { run, facts, effects, replaced }: Transition,
  nowMs: number,
  newId: () => string,
): Promise<{ commands: boolean }> {
  await saveRun(db, before, run);
  for (const { jobId, attempt } of replaced) {
    const earlier = before?.jobs.find((job) => job.id === jobId);
    if (earlier) await saveAttempt(db, run, earlier, attempt, earlier.attempt);
  }
  for (const [position, job] of run.jobs.entries()) {
    const earlier = before?.jobs[position];
    if (job !== earlier) await saveJob(db, run, job, position, earlier);
  }
  const commands = await queueForGroups(db, before, run, nowMs, newId);
  for (const fact of facts) await saveFact(db, run, fact, newId);
  if (effects.length > 0) await saveEffects(db, run, effects, nowMs);
  return { commands };
}

async function saveRun(db: Writer, before: Run | undefined, run: Run): Promise<void> {
  const row = runRowOf(run);
  if (!before) {
    await db.insertInto('runs').values(row).execute();
    return;
  }
  const { status, reason, approval, superseded_by, started_at, finished_at } = row;
  const { time_left, deadline } = row;
  const changed = { status, reason, approval, superseded_by, time_left, deadline, started_at, finished_at };
  await db.updateTable('runs').set(changed).where('id', '=', run.id).execute();
}

async function saveJob(
  db: Writer,
  run: Run,
  job: Job,
  position: number,
  earlier: Job | undefined,
): Promise<void> {
  const row = jobRowOf(run, job, position);
  if (earlier) {
    // The rest of a job is what its run was planned with.
    const { id, run_id, position: _position, name, kind, plan, labels, ...changed } = row;
    await db.updateTable('jobs').set(changed).where('id', '=', job.id).execute();
  } else {
    await db.insertInto('jobs').values(row).execute();
  }
  if (job.attempt && job.attempt !== earlier?.attempt) {
    await saveAttempt(db, run, job, job.attempt, earlier?.attempt);
  }
}

async function saveAttempt(
  db: Writer,
  run: Run,
  job: Job,
  attempt: Attempt,
  earlier: Attempt | undefined,
): Promise<void> {
  const row = attemptRowOf(run, job, attempt);
  const sameNumber = earlier?.number === attempt.number;
  if (sameNumber) {
    const granted = attempt.lease && !earlier.lease ? { lease_expires_at: row.granted_until } : {};
    await db
      .updateTable('attempts')
      .set({ ...row, ...granted })
      .where('job_id', '=', job.id)
      .where('number', '=', attempt.number)
      .execute();
  } else {
    const values = { ...row, lease_expires_at: null, lease_beat: 0 };
    await db.insertInto('attempts').values(values).execute();
  }
  const known = sameNumber ? earlier.steps : [];
  for (const [index, step] of attempt.steps.entries()) {
    if (step === known[index]) continue;
    const stepRow = stepRowOf(job.id, attempt.number, step);
    await db
      .insertInto('steps')
      .values(stepRow)
      .onConflict((conflict) => conflict.columns(['job_id', 'attempt', 'position']).doUpdateSet(stepRow))
      .execute();
  }
}

async function saveFact(
  db: Writer,
  run: Run,
  { jobId, attempt, event }: RunFact,
  newId: () => string,
): Promise<void> {
  const job = run.jobs.find((candidate) => candidate.id === jobId);
  if (!job) throw new Error(`run ${run.id} has no job ${jobId}`);
  switch (event.type) {
    case 'log.segment':
      await db
        .insertInto('log_segments')
        .values({
          job_id: jobId,
          attempt,
          position: event.index,
          key: event.key,
          size_bytes: event.sizeBytes,
          first_line: event.firstLine,
          line_count: event.lineCount,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      return;
    case 'artifact.stored':
      await db
        .insertInto('artifacts')
        .values({
          id: newId(),
          run_id: run.id,
          job_id: jobId,
          job_name: job.name,
          attempt,
          name: event.name,
          key: event.key,
          size_bytes: event.sizeBytes,
          sha256: event.sha256,
          file_count: event.fileCount,
          created_at: event.at,
          format: event.format ?? null,
          provenance: 'due',
        })
        .execute();
      return;
    case 'reports.read':
      return saveReports(db, { runId: run.id, jobId, attempt }, event);
    case 'deployment.updated': {
      const changed = {
        status: event.status,
        updated_at: event.at,
        ...(event.externalId === undefined ? {} : { external_id: event.externalId }),
        ...(event.detail === undefined ? {} : { detail: JSON.stringify(event.detail) }),
      };
      await db
        .insertInto('deployments')
        .values({
          job_id: jobId,
          run_id: run.id,
          job_name: job.name,
          environment: job.plan.kind === 'deploy' ? job.plan.environment : '',
          external_id: null,
          detail: null,
          ...changed,
        })
        .onConflict((conflict) => conflict.column('job_id').doUpdateSet(changed))
        .execute();
      if (job.plan.kind !== 'deploy') return;
      // What was deployed is never removed by policy.
      await db
        .updateTable('artifacts')
        .set({ deployed: 1 })
        .where('run_id', '=', run.id)
        .where('job_name', '=', job.plan.artifact.job)
        .where('name', '=', job.plan.artifact.name)
        .where('deployed', 'is', null)
        .execute();
      return;
    }
  }
}

async function saveEffects(db: Writer, run: Run, effects: readonly Effect[], nowMs: number): Promise<void> {
  const of = { runId: run.id, correlationId: run.correlationId };
  await db
    .insertInto('outbox')
    .values(effects.map((effect) => ({ ...outboxRow(effect, of, nowMs), held_until: dueAtMs(run, effect) })))
    .execute();
}

/** What follows from a delivery itself, and from none of its runs. */
export async function saveDeliveryEffects(
  db: Writer,
  correlationId: string,
  effects: readonly Effect[],
  nowMs: number,
): Promise<void> {
  const of = { runId: '', correlationId };
  const rows = effects.map((effect) => ({ ...outboxRow(effect, of, nowMs), held_until: 0 }));
  if (rows.length > 0) await db.insertInto('outbox').values(rows).execute();
}

function outboxRow(effect: Effect, of: { runId: string; correlationId: string }, nowMs: number) {
  return {
    key: outboxKey(effect),
    type: effect.type,
    run_id: of.runId,
    correlation_id: of.correlationId,
    effect: JSON.stringify(effect),
    state: 'pending',
    tries: 0,
    created_at: nowMs,
  };
}

/** The ticket of an attempt that is to wait before it is given out is held until then. */
function dueAtMs(run: Run, effect: Effect): number {
  if (effect.type !== 'ticket') return 0;
  const attempt = run.jobs.find(({ id }) => id === effect.jobId)?.attempt;
  return attempt?.number === effect.attempt ? (attempt.notBeforeMs ?? 0) : 0;
}
