import { z } from 'zod';
import type { Interpretation } from '../../runs/change.ts';
import { isNoObject } from '../git-names.ts';
import { messageFrom } from '../plain-text.ts';
import { branchName, objectId, readPayload, repositoryName, shortText } from '../read-payload.ts';

/** Read first: an action that builds nothing is not looked into. */
const actionOnly = z.object({
  action: shortText,
  number: z.int().positive(),
  changes: z.object({ base: z.unknown().optional() }).nullish(),
});

const login = z.object({ login: shortText });
const label = z.object({ name: shortText });

/** What we read of a pull request. https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request */
export const pullRequestPayload = z.object({
  ...actionOnly.shape,
  before: objectId.optional(),
  label: label.nullish(),
  pull_request: z.object({
    title: shortText,
    body: z.string().nullish(),
    draft: z.boolean().nullish(),
    state: shortText.nullish(),
    labels: z.array(label).max(100).nullish(),
    user: login.nullish(),
    head: z.object({
      ref: branchName,
      sha: objectId,
      repo: z.object({ full_name: repositoryName }).nullish(),
    }),
    base: z.object({ ref: branchName, sha: objectId }),
  }),
  repository: z.object({ full_name: repositoryName, default_branch: branchName.optional() }),
  sender: login.nullish(),
});

/** GitHub Actions builds the first three by default; the fourth ends a draft. */
const buildingActions: ReadonlySet<string> = new Set([
  'opened',
  'reopened',
  'synchronize',
  'ready_for_review',
]);

const closedPayload = z.object({
  number: z.int().positive(),
  pull_request: z.object({ merged: z.boolean().nullish() }),
  repository: z.object({ full_name: repositoryName }),
  sender: login.nullish(),
});

function closed(payload: unknown): Interpretation {
  const { number, ...event } = readPayload(closedPayload, payload, 'a pull request');
  const why = `the pull request was ${event.pull_request.merged ? 'merged' : 'closed'}`;
  const by = event.sender?.login ?? 'GitHub';
  const over = { repository: event.repository.full_name, of: { pullRequest: number }, by, why };
  return { ignored: why, over };
}

/**
 * A pull request builds when its commits may have changed, or what they are to be merged into. The commit is the
 * head's: it is the one whose status counts for merging, and it exists when the request cannot be merged. A head
 * in another repository, or in one that is gone, is a fork.
 */
export function interpretPullRequest(payload: unknown): Interpretation {
  const { action, number, changes } = readPayload(actionOnly, payload, 'a pull request');
  if (action === 'closed') return closed(payload);
  const movedBase = action === 'edited' && changes?.base !== undefined;
  const isLabeled = action === 'labeled';
  if (!buildingActions.has(action) && !movedBase && !isLabeled) {
    return { ignored: `pull_request action ${action} builds nothing` };
  }
  const event = readPayload(pullRequestPayload, payload, 'a pull request');
  const { head, base, ...pull } = event.pull_request;
  const repository = event.repository.full_name;
  const fork = head.repo?.full_name !== repository;
  const author = pull.user?.login ?? event.sender?.login;
  const labels = pull.labels?.map(({ name }) => name) ?? [];
  if (isLabeled && pull.state !== 'open') return { ignored: 'a label of a pull request that is closed' };

  return {
    changes: [
      {
        provider: 'github',
        event: 'pull_request',
        repository,
        ref: `refs/pull/${number}/head`,
        sha: head.sha,
        ...(event.before === undefined || isNoObject(event.before) ? {} : { before: event.before }),
        pullRequest: {
          number,
          title: pull.title,
          headRepository: head.repo?.full_name ?? null,
          headBranch: head.ref,
          baseBranch: base.ref,
          baseSha: base.sha,
          fork,
          draft: pull.draft === true,
          ...(labels.length === 0 ? {} : { labels }),
          ...(isLabeled && event.label ? { labeled: event.label.name } : {}),
        },
        fork,
        title: pull.title,
        message: messageFrom(pull.body ?? ''),
        author: author === undefined ? { name: 'unknown' } : { name: author, login: author },
        ...(event.sender ? { sender: event.sender.login } : {}),
        ...(event.repository.default_branch === undefined
          ? {}
          : { defaultBranch: event.repository.default_branch }),
      },
    ],
  };
}
