import { isHeldBack, namesOf, rejectionText, waitsAtGate, waitsForApproval } from './gate.ts';
import type { Job, Run } from './run.ts';
import type { RunEvent } from './transition.ts';

export type ApprovalAction = {
  type: 'approve' | 'reject';
  /** The commit that the approver looked at: it must be the run's. */
  sha: string;
  /** Of the pipeline file that the approver looked at, and the run's as well; a job's approval must name it. */
  digest?: string;
  /** Name or id of the job. Absent: the only one that waits, or the whole run where a stranger's commit is held back. */
  job?: string;
  comment?: string;
};

type Asked = { by: string; atMs: number; nowMs: number };

/** What a yes or no does to the run, or why it counts for nothing. Pure. */
export function decideApproval(run: Run, action: ApprovalAction, asked: Asked): RunEvent | string {
  const { by, atMs } = asked;
  if (!run.jobs.some(waitsForApproval)) return `is ${run.status} and waits for no approval`;
  if (action.sha !== run.change.sha) {
    return `is of commit ${run.change.sha}, and the approval names ${action.sha}`;
  }
  if (action.digest !== undefined && action.digest !== run.pipeline.digest) {
    return `is of pipeline ${run.pipeline.digest}, and the approval names ${action.digest}`;
  }
  const { author, sender, fork } = run.change;
  if (fork && [author.login, sender].some((name) => name !== undefined && isSame(name, by))) {
    return `is of a fork's commit by ${by}: somebody else has to say yes or no to it`;
  }
  const comment = action.comment === undefined ? {} : { comment: action.comment };
  if (action.job === undefined && run.jobs.some(isHeldBack)) {
    return action.type === 'approve'
      ? { type: 'approved', approval: { by, atMs, ...comment } }
      : {
          type: 'cancel-requested',
          reason: { code: 'rejected', message: rejectionText({ by, ...comment }) },
        };
  }
  const job = jobOf(run, action.job);
  if (typeof job === 'string') return job;
  const fault = faultOf(job, action, asked);
  if (fault !== undefined) return fault;
  const verdict = action.type === 'approve' ? 'approved' : 'rejected';
  const { digest } = run.pipeline;
  const decision = { verdict, by, atMs, sha: action.sha, digest, ...comment } as const;
  return { type: 'gate-decided', jobId: job.id, decision };
}

function jobOf({ jobs }: Run, wanted: string | undefined): Job | string {
  const waiting = jobs.filter(waitsAtGate);
  const names = waiting.map(({ name }) => name).join(', ');
  const fitting = waiting.filter(({ id, name }) => wanted === undefined || wanted === id || wanted === name);
  const [only] = fitting;
  if (only && fitting.length === 1) return only;
  return fitting.length === 0
    ? `has no job "${wanted}" that waits for approval; ${names === '' ? 'none does' : `${names} does`}`
    : `has ${fitting.length} jobs that wait for approval: name one of ${names}`;
}

function faultOf(job: Job, { digest }: ApprovalAction, { by, nowMs }: Asked): string | undefined {
  const approvers = job.plan.approval?.by ?? [];
  if (digest === undefined) return `needs an approval of ${job.name} that names the digest of its pipeline`;
  if (approvers.length > 0 && !approvers.some((name) => isSame(name, by))) {
    return `wants ${job.name} to be approved by ${namesOf(approvers)}, not by ${by}`;
  }
  if (job.gate && job.gate.expiresAtMs <= nowMs) {
    return `waited for an approval of ${job.name} until ${new Date(job.gate.expiresAtMs).toISOString()}`;
  }
  return undefined;
}

/** As GitHub compares the names of its users. */
function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.trim().toLowerCase();
}
