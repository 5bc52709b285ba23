import type { NotificationPlan } from '../../pipelines/notification.ts';
import type { JobPlan } from '../../pipelines/plan.ts';
import type { Problem } from '../../pipelines/problem.ts';
import type { Reason, Usage } from '../contract/job-event.ts';
import type { Change } from './change.ts';

/**
 * `failure`: the user's code said no. `error`: configuration or infrastructure said no. `waiting`: for an
 * approval. Everything from `success` on is final.
 */
export const statuses = [
  'queued',
  'waiting',
  'running',
  'success',
  'failure',
  'error',
  'cancelled',
  'skipped',
] as const;
export type Status = (typeof statuses)[number];

const finalStatuses: ReadonlySet<Status> = new Set(['success', 'failure', 'error', 'cancelled', 'skipped']);

export function isFinal(status: Status): boolean {
  return finalStatuses.has(status);
}

/** One pipeline carried out for one change. `jobs` stand in the order of the plan. */
export type Run = {
  readonly id: string;
  /** 1, 2, 3, … per repository. */
  readonly number: number;
  readonly repository: string;
  readonly change: Change;
  readonly pipeline: { readonly file: string; readonly digest: string };
  readonly deliveryId: string;
  readonly correlationId: string;
  /** How its forge is told of it; absent: by commit statuses, where there are any. The same from its first state to its last. */
  readonly reports?: 'checks';
  /** Its pull request is told of it by a comment. */
  readonly commented?: true;
  readonly status: Status;
  readonly reason?: Reason;
  /** The mistakes of its pipeline file, when that is why it has no jobs. */
  readonly problems?: readonly Problem[];
  /** What of its pipeline file is not carried out, or likely not meant so. */
  readonly warnings?: readonly Problem[];
  /** Who is told how it ended. */
  readonly notifications?: readonly NotificationPlan[];
  readonly approval?: Approval;
  /** The newer run that was to take its place. It ended as `cancelled`, unless it came to its end before that. */
  readonly supersededBy?: Successor;
  /** How long it may take as a whole; absent: as long as its jobs may. */
  readonly limit?: RunLimit;
  readonly createdAtMs: number;
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number;
  readonly jobs: readonly Job[];
};

/**
 * The time that a run may take as a whole. The clock runs from the start of its first job, and stands still while all that
 * is left of the run waits for an approval or a group. `deadlineMs` is there while it runs.
 */
export type RunLimit = { readonly timeoutMs: number; readonly leftMs: number; readonly deadlineMs?: number };

/** A newer run, as the run whose place it takes remembers it. */
export type Successor = { readonly id: string; readonly number: number; readonly sha: string };

/** Somebody let this very commit run. It says nothing of any other commit, nor of who wrote it. */
export type Approval = { readonly by: string; readonly atMs: number; readonly comment?: string };

/** One question to people whether the job may go on, about this commit and this pipeline file. */
export type Gate = {
  readonly askedAtMs: number;
  readonly expiresAtMs: number;
  readonly decision?: GateDecision;
};

/** `by` is the name that was given; the key of the service proves none. */
export type GateDecision = {
  readonly verdict: 'approved' | 'rejected';
  readonly by: string;
  readonly atMs: number;
  readonly comment?: string;
  /** What the approver looked at. */
  readonly sha: string;
  readonly digest: string;
};

/** A job is `queued` without an attempt while it waits for the jobs it needs. */
export type Job = {
  readonly id: string;
  readonly name: string;
  readonly plan: JobPlan;
  readonly status: Status;
  readonly reason?: Reason;
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number;
  /** How often it has come to wait for its group: a turn that is given to an earlier wait is not this one's. */
  readonly turn?: number;
  /** What its first attempt ran in, and every later one is to run in. */
  readonly image?: UsedImage;
  /** The approval that this try at the job needs, from when it was asked for. */
  readonly gate?: Gate;
  /** Those of earlier tries, the oldest first. */
  readonly pastGates?: readonly Gate[];
  /** The newest attempt; earlier ones are history and never change again. */
  readonly attempt?: Attempt;
};

/** The user's code said no, and the pipeline says that it may: shown as the failure it is, it counts as a success. */
export function isAllowedFailure({ status, plan }: Pick<Job, 'status' | 'plan'>): boolean {
  return status === 'failure' && plan.kind === 'build' && plan.allowFailure === true;
}

/** What a job's status means to its run and to the jobs that need it. */
export function countedStatus(job: Job): Status {
  return isAllowedFailure(job) ? 'success' : job.status;
}

/** One try at a job: `queued` until a runner's claim is granted, `leased` until it ended or its lease ran out. */
export type Attempt = {
  readonly number: number;
  readonly status: 'queued' | 'leased' | 'ended' | 'lost';
  readonly queuedAtMs: number;
  /** No ticket is written for it before then. */
  readonly notBeforeMs?: number;
  /** How many attempts right before this one were cut off: their runner was lost or gave them back, or they broke. */
  readonly losses: number;
  /** How many of these were faults: all but the ones that a runner gave back for its own sake. */
  readonly faults: number;
  readonly lease?: Lease;
  /** What its container was made of. */
  readonly image?: UsedImage;
  /** Its runner has no containers: the steps ran as processes of its host. */
  readonly isolation?: 'none';
  /** Where the merge of a pull request was asked for. */
  readonly built?: BuiltMerge;
  readonly cancelRequested: boolean;
  /** The sequence number of the last event that was applied; 0 before the first. */
  readonly lastSeq: number;
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number;
  readonly reason?: Reason;
  readonly usage?: Usage;
  readonly log?: { readonly lines: number; readonly bytes: number; readonly cut: boolean };
  readonly steps: readonly Step[];
};

/** What lay in the workspace, and, when it was not the merge of the pull request, why. */
export type BuiltMerge = { readonly ref: string; readonly sha: string; readonly remark?: string };

/** An image by its name in the pipeline, by the id of the engine that had it, and by its digest in a registry. */
export type UsedImage = { readonly name: string; readonly id: string; readonly digest?: string };

export type Lease = {
  readonly id: string;
  readonly claimId: string;
  readonly runner: { readonly id: string; readonly address: string; readonly name: string };
  /** As granted. Renewals move the time in the store alone, not here. */
  readonly grantedUntilMs: number;
};

export type Step = {
  readonly index: number;
  readonly name: string;
  readonly status: Status;
  readonly exitCode?: number;
  /** A failure that does not count, for the step says `continue_on_error`. */
  readonly allowed?: boolean;
  /** How often it was tried, when it was more than once. */
  readonly tries?: number;
  readonly message?: string;
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number;
};

/** After this many attempts in a row that broke a job ends in `error`: the trouble is not passing, or the job makes it. */
export const maxFaults = 3;
/** Runners that stop give their jobs back; one whose jobs come back this often is in a loop, or the job is what stops it. */
export const maxHandBacks = 10;
