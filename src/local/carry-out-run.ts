import type { Clock } from '../clock.ts';
import type { JobEvent } from '../contract/job-event.ts';
import { messageOf } from '../errors.ts';
import { createRun, type NewRun } from '../runs/create-run.ts';
import { isHeldBack, waitsAtGate } from '../runs/gate.ts';
import { waitsForGroup } from '../runs/group.ts';
import { isFinal, type Job, type Run } from '../runs/run.ts';
import { type RunEvent, transition } from '../runs/transition.ts';
import type { JobEnd, LocalLease } from './local-lease.ts';

export type LocalRunPorts = {
  /** How many jobs are carried out at the same time. */
  slots: number;
  /** Who says yes where somebody has to: whoever runs it. */
  person: string;
  carryOut(run: Run, job: Job, lease: LocalLease): Promise<JobEnd>;
  /** Told of every state of the run, the first included. */
  onRun(run: Run): void;
  clock: Pick<Clock, 'now' | 'after'>;
  newId: () => string;
  /** Ends the run as a cancel does; what runs may still clean up. */
  cancel: AbortSignal;
  /** Ends at once whatever runs. */
  hurry: AbortSignal;
};

/**
 * Control for one run in the memory of this process: it moves on by the same transition as any other. What would be tried
 * again on a service ends here, for whoever waits can do that better. Resolves when the run and all that it began have
 * ended.
 */
export async function carryOutRun(created: NewRun, ports: LocalRunPorts): Promise<Run> {
  const { clock, newId, slots } = ports;
  const attempts = new Map<string, (reason: 'cancel' | 'lost') => void>();
  const underWay = new Set<Promise<void>>();
  let { run } = createRun(created, 1);
  let callOffDeadline = () => {};
  ports.onRun(run);

  function apply(event: RunEvent): boolean {
    const next = transition(run, event, clock.now());
    if (next.run === run) return false;
    run = next.run;
    for (const effect of next.effects) {
      if (effect.type === 'stop-lease') attempts.get(effect.leaseId)?.('cancel');
    }
    ports.onRun(run);
    watchDeadline();
    return true;
  }

  function watchDeadline(): void {
    callOffDeadline();
    const deadlineMs = run.limit?.deadlineMs;
    if (deadlineMs === undefined) return;
    callOffDeadline = clock.after(Math.max(0, deadlineMs - clock.now()), () => {
      if (apply({ type: 'overdue' })) moveOn();
    });
  }

  /** Until nothing more can begin: gives every yes, every turn and every free slot. */
  function moveOn(): void {
    for (let job = nextOf(run, underWay.size < slots); job; job = nextOf(run, underWay.size < slots)) {
      if (!begin(job)) return;
    }
  }

  function begin(job: Job): boolean {
    const { person: by } = ports;
    const atMs = clock.now();
    if (isHeldBack(job)) return apply({ type: 'approved', approval: { by, atMs } });
    if (waitsAtGate(job)) {
      const { sha } = run.change;
      const { digest } = run.pipeline;
      const decision = { verdict: 'approved', by, atMs, sha, digest } as const;
      return apply({ type: 'gate-decided', jobId: job.id, decision });
    }
    if (waitsForGroup(job)) return apply({ type: 'group-granted', jobId: job.id, turn: job.turn ?? 0 });
    const work: Promise<void> = carryOut(job).finally(() => {
      underWay.delete(work);
      moveOn();
    });
    underWay.add(work);
    return true;
  }

  async function carryOut({ id: jobId, attempt }: Job): Promise<void> {
    const leaseId = newId();
    const number = attempt?.number ?? 1;
    const runner = { id: 'local', address: 'local', name: 'this machine' };
    const lease = { id: leaseId, claimId: leaseId, runner, grantedUntilMs: Number.MAX_SAFE_INTEGER };
    apply({ type: 'claimed', jobId, attempt: number, lease });
    const claimed = run.jobs.find(({ id }) => id === jobId);
    if (!claimed) throw new Error(`job ${jobId} is not in the run`);
    let seq = 0;
    const report = (body: JobEvent) => {
      seq += 1;
      apply({ type: 'reported', jobId, leaseId, seq, body });
    };
    const listeners: ((reason: 'cancel' | 'lost') => void)[] = [];
    const told = new Set<'cancel' | 'lost'>();
    const stop = (reason: 'cancel' | 'lost') => {
      told.add(reason);
      for (const listener of listeners) listener(reason);
    };
    attempts.set(leaseId, stop);
    if (ports.hurry.aborted) stop('lost');
    const onStop = (listener: (reason: 'cancel' | 'lost') => void) => {
      listeners.push(listener);
      for (const reason of told) listener(reason);
    };
    try {
      const end = await ports.carryOut(run, claimed, { id: leaseId, onStop, report });
      if ('finished' in end) report(end.finished);
      else apply({ type: 'refused', jobId, attempt: number, reason: end.broken });
    } catch (error) {
      const reason = { code: 'internal', message: `internal error: ${messageOf(error)}` };
      apply({ type: 'refused', jobId, attempt: number, reason });
    } finally {
      attempts.delete(leaseId);
    }
  }

  const cancel = () => {
    apply({ type: 'cancel-requested', reason: { code: 'cancelled', message: 'interrupted' } });
    moveOn();
  };
  const hurry = () => {
    for (const stop of attempts.values()) stop('lost');
  };
  ports.cancel.addEventListener('abort', cancel, { once: true });
  ports.hurry.addEventListener('abort', hurry, { once: true });
  try {
    if (ports.cancel.aborted) cancel();
    moveOn();
    while (underWay.size > 0) await Promise.all(underWay);
    return run;
  } finally {
    callOffDeadline();
    ports.cancel.removeEventListener('abort', cancel);
    ports.hurry.removeEventListener('abort', hurry);
  }
}

/** The job that something can be done about now. */
function nextOf(run: Run, hasSlot: boolean): Job | undefined {
  const { jobs } = run;
  if (isFinal(run.status)) return undefined;
  const isHeld = (group: string | undefined) =>
    jobs.some(({ plan, status, attempt }) => {
      const isActive = status === 'running' || (status === 'queued' && attempt?.status === 'queued');
      return plan.group === group && isActive;
    });
  return jobs.find((job) => {
    if (isHeldBack(job) || waitsAtGate(job)) return true;
    if (waitsForGroup(job)) return !isHeld(job.plan.group);
    return hasSlot && job.status === 'queued' && job.attempt?.status === 'queued';
  });
}
