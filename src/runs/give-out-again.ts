import { hash } from 'node:crypto';
import { faultKindOf } from '../contract/fault.ts';
import type { Reason } from '../contract/job-event.ts';
import { type Attempt, type Job, maxFaults, maxHandBacks } from './run.ts';
import { waitTimeMs } from './wait-time.ts';

const wait = { firstMs: 10_000, mostMs: 60_000 };

/** The reason of an attempt that ended through nobody's code: by itself it says whether the job is given out again. */
export function isPassing({ code }: Reason): boolean {
  const kind = faultKindOf(code);
  return kind === 'infrastructure' || kind === 'hand-back';
}

/**
 * What becomes of a job whose attempt (already over, with its reason) ended through a fault that may pass: it is queued for
 * another one, or it has had its share and ends in `error`. One that was being cancelled has got what it was to get.
 */
export function giveOutAgain(job: Job, attempt: Attempt, reason: Reason, nowMs: number): Job {
  const over: Job = { ...job, attempt };
  if (attempt.cancelRequested) return { ...over, status: 'cancelled', finishedAtMs: nowMs };
  const { faults, handBacks } = countsAfter(attempt, reason);
  if (faults < maxFaults && handBacks < maxHandBacks) {
    const { finishedAtMs: _finishedAtMs, ...waiting } = over;
    return { ...waiting, status: 'queued', reason };
  }
  const share =
    faults >= maxFaults
      ? `${faults} attempts lost their runner or broke for reasons that are not the job's`
      : `runners gave the job back ${handBacks} times`;
  const message = `${reason.message}; ${share}, no further one is made`.slice(-4_000);
  return { ...over, status: 'error', reason: { code: reason.code, message }, finishedAtMs: nowMs };
}

/** An attempt that is over is taken up by the next one. Nothing does so once a person has asked for the job anew. */
export function isTakenUp({ attempt, reason }: Pick<Job, 'attempt' | 'reason'>): boolean {
  return (attempt?.status === 'lost' || attempt?.status === 'ended') && reason !== undefined;
}

/** What the next attempt begins with: how many went wrong before it, and how long it waits. */
export function takeUp(
  job: Job,
  number: number,
  nowMs: number,
): Pick<Attempt, 'losses' | 'faults' | 'notBeforeMs'> {
  const { attempt, reason } = job;
  if (!attempt || !reason || !isTakenUp(job)) return { losses: 0, faults: 0 };
  const { faults } = countsAfter(attempt, reason);
  const losses = attempt.losses + 1;
  // Of a lost runner nothing was heard for long enough already, and a hand-back is no trouble to wait for.
  const isAtOnce = faultKindOf(reason.code) !== 'infrastructure' || reason.code === 'runner-lost';
  if (isAtOnce) return { losses, faults };
  const random = () => spreadOf(`${job.id} ${number}`);
  return { losses, faults, notBeforeMs: nowMs + waitTimeMs(faults - 1, { ...wait, random }) };
}

function countsAfter(attempt: Attempt, { code }: Reason): { faults: number; handBacks: number } {
  const isHandBack = faultKindOf(code) === 'hand-back';
  const faults = attempt.faults + (isHandBack ? 0 : 1);
  return { faults, handBacks: attempt.losses + 1 - faults };
}

/** In [0, 1), the same whenever it is asked for: jobs that broke together do not come back together. */
function spreadOf(text: string): number {
  return Number.parseInt(hash('sha256', text).slice(0, 8), 16) / 2 ** 32;
}
