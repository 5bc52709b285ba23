import type { JobEvent } from '../../../src/contract/job-event.ts';
import type { Effect } from '../../../src/runs/effect.ts';
import type { Run } from '../../../src/runs/run.ts';
import { type RunEvent, type Transition, transition } from '../../../src/runs/transition.ts';
import { jobId, sampleLease } from './sample-run.ts';

/** Of the job of this name in the run that `created` makes. */
export const idOf = (name: string) => jobId('run', name);
export const started = { type: 'job.started', at: 2_000 } satisfies JobEvent;
export const stepStarted = { type: 'step.started', at: 2_100, index: 0, name: 'test' } satisfies JobEvent;

export function finished(
  outcome: 'success' | 'failure' | 'error' | 'cancelled' | 'lost',
  message?: string,
): JobEvent {
  const reason = message === undefined ? {} : { reason: { code: 'step-failure', message } };
  return { type: 'job.finished', at: 3_000, outcome, ...reason, logLines: 2, logBytes: 20, logCut: false };
}

export function claimed(name: string, lease = `l-${name}`, attempt = 1): RunEvent {
  return { type: 'claimed', jobId: idOf(name), attempt, lease: sampleLease(lease) };
}

export function reported(name: string, seq: number, body: JobEvent, leaseId = `l-${name}`): RunEvent {
  return { type: 'reported', jobId: idOf(name), leaseId, seq, body };
}

export const expired = (name: string, leaseId = `l-${name}`): RunEvent => ({
  type: 'lease-expired',
  jobId: idOf(name),
  leaseId,
});

export const cancel: RunEvent = {
  type: 'cancel-requested',
  reason: { code: 'user', message: 'ada said stop' },
};

export const refused = (name: string, attempt = 1): RunEvent => ({
  type: 'refused',
  jobId: idOf(name),
  attempt,
  reason: { code: 'secret-missing', message: 'secret KEY is not set' },
});

/** Carries the run through the events; the effects of all of them. */
export function through(
  run: Run,
  events: readonly RunEvent[],
): { run: Run; effects: Effect[]; last: Transition } {
  let last: Transition = { run, effects: [], facts: [], replaced: [] };
  const effects: Effect[] = [];
  for (const [index, event] of events.entries()) {
    last = transition(last.run, event, 10_000 + index);
    effects.push(...last.effects);
  }
  return { run: last.run, effects, last };
}

/** A job from its claim to its end. */
export const whole = (name: string, outcome: Parameters<typeof finished>[0] = 'success'): RunEvent[] => [
  claimed(name),
  reported(name, 1, started),
  reported(name, 2, finished(outcome, outcome === 'success' ? undefined : `step "x" said ${outcome}`)),
];

export const tickets = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.type === 'ticket' ? [`${effect.queue} ${effect.jobId}`] : []));
export const states = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.type === 'commit-status' ? [effect.status.state] : []));
export const statusOf = (run: Run) => Object.fromEntries(run.jobs.map((job) => [job.name, job.status]));
