import type { JobEvent, Reason } from '../contract/job-event.ts';
import { applyJobEvent, endedSteps } from './apply-job-event.ts';
import { cancelJob } from './cancel-job.ts';
import type { Effect } from './effect.ts';
import { effectsOf } from './effects-of.ts';
import { failFast } from './fail-fast.ts';
import { decideGate, expireGate, isHeldBack } from './gate.ts';
import { giveOutAgain, isPassing } from './give-out-again.ts';
import { giveWay } from './group.ts';
import {
  type Approval,
  type Attempt,
  type GateDecision,
  isFinal,
  type Job,
  type Lease,
  type Run,
  type Successor,
} from './run.ts';
import { isOverdue, keepTime, limitText, outOfTime, runLimit } from './run-limit.ts';
import { settleRun } from './settle-run.ts';
import { grantGroup, startReadyJobs } from './start-ready-jobs.ts';
import { hasBegunToDeploy, supersededReason } from './supersede.ts';

/** Everything that can move a run on. */
export type RunEvent =
  | { type: 'created' }
  | { type: 'claimed'; jobId: string; attempt: number; lease: Lease }
  | { type: 'reported'; jobId: string; leaseId: string; seq: number; body: JobEvent }
  | { type: 'lease-expired'; jobId: string; leaseId: string }
  /** Control cannot give the attempt out, or does not understand who holds it: no further try would help. */
  | { type: 'refused'; jobId: string; attempt: number; reason: Reason }
  /** No runner has claimed the attempt for as long as one may wait; `wanted` says what it waits for. */
  | { type: 'unclaimed'; jobId: string; attempt: number; limitMs: number; wanted: string }
  | { type: 'cancel-requested'; reason: Reason }
  /** The time that the run may take is over. */
  | { type: 'overdue' }
  /** It is the turn of a job that waited for its group. */
  | { type: 'group-granted'; jobId: string; turn: number }
  /** A newer run came to the group that the job waits for or holds, and the newest wins there. */
  | { type: 'gave-way'; jobId: string; turn: number; newer: number }
  /** A newer run of the same branch or pull request takes its place. */
  | { type: 'superseded'; by: Successor }
  | { type: 'approved'; approval: Approval }
  /** Somebody said yes or no to a job that asks for it. */
  | { type: 'gate-decided'; jobId: string; decision: GateDecision }
  /** Nobody did in time. */
  | { type: 'gate-expired'; jobId: string }
  /** Jobs that ended get another attempt: those that did not succeed, or all of them. */
  | { type: 'retried'; scope: RetryScope };

export const retryScopes = ['failed', 'all'] as const;
export type RetryScope = (typeof retryScopes)[number];

/** What an event adds to the history beside the state of run, jobs and steps. */
export type RunFact = { jobId: string; attempt: number; event: FactEvent };
export type FactEvent = Extract<
  JobEvent,
  { type: 'log.segment' | 'artifact.stored' | 'reports.read' | 'deployment.updated' }
>;

/** `replaced` are attempts, as they ended, in whose place the run now has a newer one. */
export type Transition = {
  run: Run;
  effects: Effect[];
  facts: RunFact[];
  replaced: { jobId: string; attempt: Attempt }[];
};

/**
 * The only way a run changes: from a state and an event to the next state, the effects and the facts. Pure and
 * total: an event that does not fit the state (repeated, out of order, of a lease that was taken away) changes
 * nothing and returns the very same run.
 */
export function transition(run: Run, event: RunEvent, nowMs: number): Transition {
  const facts: RunFact[] = [];
  const changed = changeJobs(run, event, nowMs, facts);
  if (changed === run && event.type !== 'created') return { run, effects: [], facts: [], replaced: [] };
  const next = keepTime(settleRun(startReadyJobs(failFast(changed, nowMs), nowMs), nowMs), nowMs);
  return {
    run: next,
    effects: effectsOf(event.type === 'created' ? undefined : run, next),
    facts,
    replaced: replacedAttempts(changed, next),
  };
}

function changeJobs(run: Run, event: RunEvent, nowMs: number, facts: RunFact[]): Run {
  switch (event.type) {
    case 'created':
      return run;
    case 'claimed':
      return changeJob(run, event.jobId, (job) => claim(job, event.attempt, event.lease));
    case 'reported':
      return changeJob(run, event.jobId, (job) => {
        if (!holdsLease(job, event.leaseId) || event.seq !== job.attempt.lastSeq + 1) return job;
        const fact = factOf(event.body);
        if (fact) facts.push({ jobId: job.id, attempt: job.attempt.number, event: fact });
        const { body } = event;
        if (isGivenBack(body)) {
          return loseRunner(job, { ...job.attempt, lastSeq: event.seq }, nowMs, body.reason);
        }
        return tryAgain(applyJobEvent(job, job.attempt, event.seq, event.body, nowMs), job.reason, nowMs);
      });
    case 'lease-expired':
      return changeJob(run, event.jobId, (job) =>
        holdsLease(job, event.leaseId) ? loseRunner(job, job.attempt, nowMs) : job,
      );
    case 'refused':
      return changeJob(run, event.jobId, (job) => refuse(job, event.attempt, event.reason, nowMs));
    case 'unclaimed':
      return changeJob(run, event.jobId, (job) =>
        job.attempt?.status === 'queued' ? refuse(job, event.attempt, unclaimed(event), nowMs) : job,
      );
    case 'overdue':
      return run.limit && isOverdue(run, nowMs) ? cancelJobs(run, outOfTime(run.limit), nowMs) : run;
    case 'cancel-requested':
      return isFinal(run.status) ? run : cancelJobs(run, event.reason, nowMs);
    case 'group-granted':
      return changeJob(run, event.jobId, (job) => grantGroup(job, event.turn, nowMs));
    case 'gave-way':
      return changeJob(run, event.jobId, (job) => giveWay(job, event.turn, event.newer, nowMs));
    case 'superseded':
      return isFinal(run.status) || hasBegunToDeploy(run) ? run : supersede(run, event.by, nowMs);
    case 'approved':
      return run.jobs.some(isHeldBack) ? approve(run, event.approval) : run;
    case 'gate-decided':
      return changeJob(run, event.jobId, (job) => decideGate(job, event.decision, nowMs));
    case 'gate-expired':
      return changeJob(run, event.jobId, (job) => expireGate(job, nowMs));
    case 'retried':
      return isFinal(run.status) ? retry(run, event.scope) : run;
  }
}

function changeJob(run: Run, jobId: string, change: (job: Job) => Job): Run {
  const index = run.jobs.findIndex((job) => job.id === jobId);
  const job = run.jobs[index];
  const next = job && change(job);
  return next && next !== job ? { ...run, jobs: run.jobs.with(index, next) } : run;
}

type LeasedJob = Job & { attempt: Attempt & { lease: Lease } };

function holdsLease(job: Job, leaseId: string): job is LeasedJob {
  return job.attempt?.status === 'leased' && job.attempt.lease?.id === leaseId;
}

function claim(job: Job, attempt: number, lease: Lease): Job {
  if (job.status !== 'queued' || job.attempt?.status !== 'queued' || job.attempt.number !== attempt)
    return job;
  return { ...job, status: 'running', attempt: { ...job.attempt, status: 'leased', lease } };
}

function isGivenBack(body: JobEvent): body is Extract<JobEvent, { type: 'job.finished' }> {
  return body.type === 'job.finished' && body.outcome === 'lost';
}

/** `why` is the runner's own word, when it could still say one. */
function loseRunner(job: Job, attempt: Attempt & { lease: Lease }, nowMs: number, why?: Reason): Job {
  const lostRunner = `runner ${attempt.lease.runner.name} was lost in attempt ${attempt.number}`;
  const message = why ? `${lostRunner}: ${why.message}` : lostRunner;
  const reason: Reason = { code: why?.code ?? 'runner-lost', message };
  const steps = endedSteps(attempt.steps, 'error', nowMs);
  const lost: Attempt = { ...attempt, status: 'lost', reason, steps, finishedAtMs: nowMs };
  return giveOutAgain(job, lost, reason, nowMs);
}

/** A job that has just ended in `error` is given out again where the fault may pass. `before`: why it was to be stopped. */
function tryAgain(ended: Job, before: Reason | undefined, nowMs: number): Job {
  const { attempt } = ended;
  if (ended.status !== 'error' || !attempt?.reason || !isPassing(attempt.reason)) return ended;
  const stopped = attempt.cancelRequested && before ? { ...ended, reason: before } : ended;
  return giveOutAgain(stopped, attempt, attempt.reason, nowMs);
}

function unclaimed({ limitMs, wanted }: Extract<RunEvent, { type: 'unclaimed' }>): Reason {
  const message = `nobody took the job within ${limitText(limitMs)}: it waits for ${wanted}`;
  return { code: 'queue-timeout', message };
}

/** An attempt that somebody holds counts as lost, so that its holder is told to stop. */
function refuse(job: Job, number: number, reason: Reason, nowMs: number): Job {
  const { attempt } = job;
  if (attempt?.number !== number || (attempt.status !== 'queued' && attempt.status !== 'leased')) return job;
  const status = attempt.status === 'leased' ? 'lost' : 'ended';
  const steps = endedSteps(attempt.steps, 'error', nowMs);
  const ended: Attempt = { ...attempt, status, reason, steps, finishedAtMs: nowMs };
  // Only when its turn came could it be told that there is nothing for it to do.
  const told = reason.code === 'when' ? 'skipped' : 'error';
  return { ...job, status: told, reason, finishedAtMs: nowMs, attempt: ended };
}

function cancelJobs(run: Run, reason: Reason, nowMs: number): Run {
  const jobs = run.jobs.map((job) => cancelJob(job, reason, nowMs));
  return jobs.every((job, index) => job === run.jobs[index]) ? run : { ...run, reason, jobs };
}

function supersede(run: Run, by: Successor, nowMs: number): Run {
  const stopping = cancelJobs(run, supersededReason(by), nowMs);
  return stopping === run ? run : { ...stopping, supersededBy: by };
}

function approve(run: Run, approval: Approval): Run {
  const jobs = run.jobs.map((job) => (isHeldBack(job) ? renewed(job) : job));
  return { ...run, approval, jobs };
}

/** With the same plan and inputs; what the earlier attempts did stays as it was. */
function retry(run: Run, scope: RetryScope): Run {
  const isAgain = ({ plan, status }: Job) => !plan.leftOut && (scope === 'all' || status !== 'success');
  // A job that found nothing to do is looked at again with the others, and is no reason to begin.
  if (!run.jobs.some((job) => isAgain(job) && job.reason?.code !== 'when')) return run;
  const jobs = run.jobs.map((job) => (isAgain(job) ? renewed(job) : job));
  const { reason: _reason, finishedAtMs: _finishedAtMs, supersededBy: _supersededBy, ...rest } = run;
  const limit = run.limit ? { limit: runLimit(run.limit.timeoutMs) } : {};
  return { ...rest, ...limit, status: 'queued', jobs };
}

function renewed({ id, name, plan, turn, image, gate, pastGates = [], attempt }: Job): Job {
  const gates = gate ? [...pastGates, gate] : pastGates;
  return {
    id,
    name,
    plan,
    status: 'queued',
    ...(turn === undefined ? {} : { turn }),
    ...(image ? { image } : {}),
    ...(gates.length === 0 ? {} : { pastGates: gates }),
    ...(attempt ? { attempt } : {}),
  };
}

function replacedAttempts(before: Run, after: Run): Transition['replaced'] {
  return before.jobs.flatMap(({ id, attempt }, index) =>
    attempt && attempt.number !== after.jobs[index]?.attempt?.number ? [{ jobId: id, attempt }] : [],
  );
}

function factOf(body: JobEvent): FactEvent | undefined {
  switch (body.type) {
    case 'log.segment':
    case 'artifact.stored':
    case 'reports.read':
    case 'deployment.updated':
      return body;
    default:
      return undefined;
  }
}
