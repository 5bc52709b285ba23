import { isDeepStrictEqual } from 'node:util';
import { checkRunsOf } from './check-run.ts';
import { commitStatus, hasCommitStatuses } from './commit-status.ts';
import type { Effect } from './effect.ts';
import { notificationsOf } from './notification.ts';
import { commentsOf } from './pull-request-comment.ts';
import type { Attempt, Run } from './run.ts';
import { labelsOf } from './runner-labels.ts';
import { isSilenced } from './supersede.ts';

/** What is to be done outside when a run comes from one state to the next; `before` is absent for a new one. */
export function effectsOf(before: Run | undefined, after: Run): Effect[] {
  return [
    ...attemptEffects(before, after),
    ...forgeEffects(before, after),
    ...commentsOf(before, after).map((comment) => ({ type: 'pull-request-comment' as const, comment })),
    ...notificationsOf(before ?? after, after).map((notification) => ({
      type: 'notification' as const,
      notification,
    })),
  ];
}

function attemptEffects(before: Run | undefined, after: Run): Effect[] {
  const effects: Effect[] = [];
  after.jobs.forEach((job, index) => {
    const earlier = before?.jobs[index]?.attempt;
    if (job.attempt?.status !== 'queued' || job.attempt.number === earlier?.number) return;
    const queue = job.plan.kind === 'deploy' ? 'deployments' : 'jobs';
    const labels = labelsOf(job.plan);
    const asked = labels.length === 0 ? {} : { labels };
    effects.push({ type: 'ticket', queue, jobId: job.id, attempt: job.attempt.number, ...asked });
  });
  after.jobs.forEach(({ attempt }, index) => {
    effects.push(...stopOf(before?.jobs[index]?.attempt, attempt));
  });
  return effects;
}

function forgeEffects(before: Run | undefined, after: Run): Effect[] {
  if (after.reports === 'checks') return changedChecks(before, after);
  if (!hasCommitStatuses(after) || isSilenced(after)) return [];
  const status = commitStatus(after);
  const previous = before && commitStatus(before);
  const isSame = status.state === previous?.state && status.description === previous.description;
  return isSame ? [] : [{ type: 'commit-status', status }];
}

function changedChecks(before: Run | undefined, after: Run): Effect[] {
  const earlier = before ? checkRunsOf(before) : [];
  return checkRunsOf(after)
    .filter((check, index) => !isDeepStrictEqual(check, earlier[index]))
    .map((check) => ({ type: 'check-run', check }));
}

function stopOf(before: Attempt | undefined, after: Attempt | undefined): Effect[] {
  if (!after?.lease || !after.cancelRequested || after.status !== 'leased' || before?.cancelRequested)
    return [];
  return [{ type: 'stop-lease', leaseId: after.lease.id, runner: after.lease.runner.address }];
}
