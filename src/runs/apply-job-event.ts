import type { JobEvent } from '../contract/job-event.ts';
import type { Attempt, Job, Status, Step } from './run.ts';
import { usedImage } from './used-image.ts';

// A runner is trusted with its own job's outcome, but not to fill the store: a deployment has a few dozen hooks.
const maxSteps = 1_000;

/**
 * One event of the runner that holds the lease, applied to its job. The sequence number was checked before. The
 * times are the runner's, whose clock may be wrong or be set while the job runs: they are kept within what control
 * knows to be true, and no end comes before its beginning.
 */
export function applyJobEvent(job: Job, attempt: Attempt, seq: number, body: JobEvent, nowMs: number): Job {
  const advanced: Attempt = { ...attempt, lastSeq: seq };
  const known = (atMs: number, notBeforeMs = attempt.queuedAtMs) =>
    Math.max(Math.min(atMs, nowMs), attempt.queuedAtMs, notBeforeMs);
  switch (body.type) {
    case 'job.started': {
      const image = usedImage(body);
      return {
        ...job,
        ...(image && !job.image ? { image } : {}),
        startedAtMs: job.startedAtMs ?? known(body.at),
        attempt: {
          ...advanced,
          ...(image ? { image } : {}),
          ...(body.isolation ? { isolation: body.isolation } : {}),
          ...builtOf(body),
          startedAtMs: known(body.at),
        },
      };
    }
    case 'step.started':
      return {
        ...job,
        attempt: withStep(advanced, {
          index: body.index,
          name: body.name,
          status: 'running',
          startedAtMs: known(body.at),
        }),
      };
    case 'step.finished': {
      const started = attempt.steps.find((step) => step.index === body.index);
      if (!started) return { ...job, attempt: advanced };
      return {
        ...job,
        attempt: withStep(advanced, {
          ...started,
          status: body.outcome,
          finishedAtMs: known(body.at, started.startedAtMs),
          ...(body.exitCode === undefined ? {} : { exitCode: body.exitCode }),
          ...(body.allowed === undefined ? {} : { allowed: body.allowed }),
          ...(body.tries === undefined ? {} : { tries: body.tries }),
          ...(body.message === undefined ? {} : { message: body.message }),
        }),
      };
    }
    case 'log.segment':
    case 'artifact.stored':
    case 'reports.read':
    case 'deployment.updated':
      return { ...job, attempt: advanced };
    case 'job.finished':
      return finish(job, advanced, body, known(body.at, attempt.startedAtMs));
  }
}

type Finished = Extract<JobEvent, { type: 'job.finished' }>;

function finish(job: Job, attempt: Attempt, body: Finished, atMs: number): Job {
  const reason = body.reason ? { reason: body.reason } : {};
  const kept = body.outcome === 'cancelled' && job.reason ? { reason: job.reason } : reason;
  const { reason: _earlier, ...rest } = job;
  return {
    ...rest,
    ...kept,
    // An attempt that was given back never comes here: the transition makes a new one of it.
    status: body.outcome === 'lost' ? 'error' : body.outcome,
    finishedAtMs: atMs,
    attempt: {
      ...attempt,
      ...reason,
      steps: endedSteps(attempt.steps, body.outcome === 'cancelled' ? 'cancelled' : 'error', atMs),
      status: 'ended',
      finishedAtMs: atMs,
      ...(body.usage ? { usage: body.usage } : {}),
      log: { lines: body.logLines, bytes: body.logBytes, cut: body.logCut },
    },
  };
}

/** A step of an attempt that is over has ended too, though nobody said how. */
export function endedSteps(steps: readonly Step[], status: Status, atMs: number): readonly Step[] {
  if (steps.every((step) => step.status !== 'running')) return steps;
  return steps.map((step) => (step.status === 'running' ? { ...step, status, finishedAtMs: atMs } : step));
}

function withStep(attempt: Attempt, step: Step): Attempt {
  const index = attempt.steps.findIndex((other) => other.index === step.index);
  if (index >= 0) return { ...attempt, steps: attempt.steps.with(index, step) };
  if (attempt.steps.length >= maxSteps) return attempt;
  return { ...attempt, steps: [...attempt.steps, step] };
}

function builtOf({ built }: Extract<JobEvent, { type: 'job.started' }>): Pick<Attempt, 'built'> {
  if (!built) return {};
  const { ref, sha, remark } = built;
  return { built: { ref, sha, ...(remark === undefined ? {} : { remark }) } };
}
