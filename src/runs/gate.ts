import type { ApprovalDefinition } from '../../pipelines/pipeline.ts';
import type { GateDecision, Job } from './run.ts';

/**
 * Gates: a job whose pipeline says `approval` waits, once its needs are met, for somebody's yes. The yes holds for this
 * try, with every attempt that loses its runner; a person who runs the job again is asked again.
 */
export function waitsAtGate({ status, reason }: Pick<Job, 'status' | 'reason'>): boolean {
  return status === 'waiting' && reason?.code === 'approval';
}

/** A stranger wrote the commit: nothing of the run begins before somebody has looked at it. */
export function isHeldBack({ status, reason }: Pick<Job, 'status' | 'reason'>): boolean {
  return status === 'waiting' && reason?.code === 'fork';
}

export function waitsForApproval(job: Pick<Job, 'status' | 'reason'>): boolean {
  return waitsAtGate(job) || isHeldBack(job);
}

export function waitAtGate(job: Job, { by, message, expiresMs }: ApprovalDefinition, nowMs: number): Job {
  const expiresAtMs = nowMs + expiresMs;
  const whom = by.length === 0 ? '' : ` by ${namesOf(by)}`;
  const until = `until ${new Date(expiresAtMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const text = `waits for approval${whom}, ${until}${message === undefined ? '' : `: ${message}`}`;
  return {
    ...job,
    status: 'waiting',
    reason: { code: 'approval', message: text },
    gate: { askedAtMs: nowMs, expiresAtMs },
  };
}

export function hasPassedGate({ gate }: Job): boolean {
  return gate?.decision?.verdict === 'approved';
}

/** A yes sends the job on, a no ends it. One that waits no longer, or too long already, stays as it is. */
export function decideGate(job: Job, decision: GateDecision, nowMs: number): Job {
  const { gate, reason: _reason, ...rest } = job;
  if (!waitsAtGate(job) || !gate || gate.expiresAtMs <= nowMs) return job;
  const decided = { ...gate, decision };
  if (decision.verdict === 'approved') return { ...rest, status: 'queued', gate: decided };
  const reason = { code: 'rejected', message: rejectionText(decision) };
  return { ...rest, status: 'cancelled', reason, finishedAtMs: nowMs, gate: decided };
}

export function expireGate(job: Job, nowMs: number): Job {
  const { gate } = job;
  if (!waitsAtGate(job) || !gate || gate.expiresAtMs > nowMs) return job;
  const message = `nobody approved it in the ${lengthOf(gate.expiresAtMs - gate.askedAtMs)} it waited`;
  return { ...job, status: 'cancelled', reason: { code: 'approval-expired', message }, finishedAtMs: nowMs };
}

export function rejectionText({ by, comment }: Pick<GateDecision, 'by' | 'comment'>): string {
  return `rejected by ${by}${comment === undefined ? '' : `: ${comment}`}`;
}

/** `alice, bob or carol` */
export function namesOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

function lengthOf(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return `${Math.round(ms / 1_000)} s`;
  if (minutes < 120) return `${minutes} min`;
  return `${Math.round(minutes / 60)} h`;
}
