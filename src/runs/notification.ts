import type { NotificationRule, NotificationTarget, NotifyWhen } from '../../pipelines/notification.ts';
import type { Reason } from '../contract/job-event.ts';
import { Refusal } from '../errors.ts';
import type { Change } from './change.ts';
import { isAllowedFailure, isFinal, type Job, type Run, type Status } from './run.ts';

/** What somebody is to be told of the end of a run, as it was then: a run that is tried again ends again. */
export type Notification = {
  /** The same however often it is sent. */
  id: string;
  on: NotificationRule;
  target: NotificationTarget;
  run: EndedRun;
};

export type EndedStatus = keyof NotificationRule;

export type EndedRun = Pick<Run, 'id' | 'number' | 'repository'> & {
  change: Pick<Change, 'event' | 'ref' | 'sha' | 'branch' | 'tag' | 'title' | 'author'> & {
    pullRequest?: { number: number; title: string; baseBranch: string };
  };
  status: EndedStatus;
  reason?: Reason;
  createdAtMs: number;
  startedAtMs?: number;
  finishedAtMs: number;
  /** What went wrong, job by job. */
  failed: FailedJob[];
};

export type FailedJob = { job: string; status: Status; step?: string; message?: string };

/** The target will never take it, or it may not be told: tried again by nobody. */
export class NotifyRefusal extends Refusal<'not-set-up' | 'not-allowed' | 'refused' | 'secret-missing'> {}

/** PORT. Tells one target, at least once; rejects with `NotifyRefusal` when it never will, with anything else to be tried again. */
export type Notify = (notification: Notification, signal: AbortSignal) => Promise<'sent' | 'not-due'>;

/** What a store says of the runs before: how the last one of this reference ended that ended of itself. */
export type StatusBefore = (
  run: Pick<Run, 'repository' | 'number'> & { ref: string },
) => Promise<Status | undefined>;

const mostFailed = 20;
const longestText = 500;

/** Who is to be told when an event has brought a run to its end. Of one whose place a newer run took nobody is. */
export function notificationsOf(before: Run, after: Run): Notification[] {
  const { notifications = [], finishedAtMs } = after;
  if (isFinal(before.status) || finishedAtMs === undefined || after.supersededBy) return [];
  const { status } = after;
  if (!isEnd(status)) return [];
  const run = endedRunOf(after, status, finishedAtMs);
  return notifications
    .map((plan, index) => ({ plan, id: `${after.id}-${index}-${finishedAtMs}` }))
    .filter(({ plan }) => plan.on[status] !== 'never')
    .map(({ plan: { on, target }, id }) => ({ id, on, target, run }));
}

function isEnd(status: Status): status is EndedStatus {
  return status === 'success' || status === 'failure' || status === 'error' || status === 'cancelled';
}

function endedRunOf(run: Run, status: EndedStatus, finishedAtMs: number): EndedRun {
  const { id, number, repository, change, reason, createdAtMs, startedAtMs } = run;
  const { event, ref, sha, branch, tag, title, author, pullRequest } = change;
  return {
    id,
    number,
    repository,
    change: {
      event,
      ref,
      sha,
      title: cut(title),
      author,
      ...(branch === undefined ? {} : { branch }),
      ...(tag === undefined ? {} : { tag }),
      ...(pullRequest
        ? {
            pullRequest: {
              number: pullRequest.number,
              title: cut(pullRequest.title),
              baseBranch: pullRequest.baseBranch,
            },
          }
        : {}),
    },
    status,
    ...(reason ? { reason: { code: reason.code, message: cut(reason.message) } } : {}),
    createdAtMs,
    ...(startedAtMs === undefined ? {} : { startedAtMs }),
    finishedAtMs,
    failed: run.jobs.flatMap(failureOf).slice(0, mostFailed),
  };
}

function failureOf(job: Job): FailedJob[] {
  if ((job.status !== 'failure' && job.status !== 'error') || isAllowedFailure(job)) return [];
  const step = job.attempt?.steps.find(
    ({ status, allowed }) => (status === 'failure' || status === 'error') && !allowed,
  );
  const message = step?.message ?? job.reason?.message;
  return [
    {
      job: job.name,
      status: job.status,
      ...(step ? { step: step.name } : {}),
      ...(message === undefined ? {} : { message: cut(message) }),
    },
  ];
}

/**
 * Whether this result is to be told, by the rule of its target. Before the first run of a branch everything counts as
 * good: its first success is no change, its first failure is one. What was cancelled says nothing of the code, so it is
 * held against no other result.
 */
export function isDue(rule: NotificationRule, status: EndedStatus, before: Status | undefined): boolean {
  const when: NotifyWhen = rule[status];
  if (when !== 'change') return when === 'always';
  return status === 'cancelled' || (status === 'success') !== isGood(before);
}

export type ResultWord = 'Passed' | 'Fixed' | 'Broken' | 'Failed' | 'Still Failing' | 'Errored' | 'Canceled';

/** The words of Travis CI (https://docs.travis-ci.com/user/notifications/#webhooks-delivery-format). */
export function resultWord(status: EndedStatus, before: Status | undefined): ResultWord {
  switch (status) {
    case 'success':
      return isGood(before) ? 'Passed' : 'Fixed';
    case 'failure':
      if (before === undefined) return 'Failed';
      return isGood(before) ? 'Broken' : 'Still Failing';
    case 'error':
      return 'Errored';
    case 'cancelled':
      return 'Canceled';
  }
}

function isGood(before: Status | undefined): boolean {
  return before === undefined || before === 'success';
}

/** A target as it may be shown: an address of the web can hold a key, so only its host is. */
export function targetText(target: NotificationTarget): string {
  if (target.type === 'email') return target.to === 'author' ? 'the author' : target.to.join(', ');
  return URL.canParse(target.url) ? new URL(target.url).host : target.url;
}

function cut(text: string): string {
  const line = text.toWellFormed();
  return line.length <= longestText ? line : `${line.slice(0, longestText - 1).toWellFormed()}…`;
}
