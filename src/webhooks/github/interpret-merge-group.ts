import { z } from 'zod';
import type { Interpretation } from '../../runs/change.ts';
import { branchOrTag } from '../git-names.ts';
import { messageFrom, titleFrom } from '../plain-text.ts';
import { branchName, objectId, readPayload, reference, repositoryName, shortText } from '../read-payload.ts';

const actionOnly = z.object({ action: shortText });

/** What we read of a merge group. https://docs.github.com/en/webhooks/webhook-events-and-payloads#merge_group */
const mergeGroupPayload = z.object({
  action: shortText,
  reason: shortText.nullish(),
  merge_group: z.object({
    head_sha: objectId,
    head_ref: reference,
    base_sha: objectId,
    base_ref: reference,
    head_commit: z.object({
      message: z.string(),
      author: z.object({ name: shortText.nullish(), email: shortText.nullish() }).nullish(),
    }),
  }),
  repository: z.object({ full_name: repositoryName, default_branch: branchName.optional() }),
  sender: z.object({ login: shortText }).nullish(),
});

/** The branches that a merge queue makes. Each is pushed, too; its own event says more. */
export function isQueueBranch(name: string): boolean {
  return name.startsWith('gh-readonly-queue/');
}

/**
 * A group that a merge queue asks checks of, or one that it took apart. Whoever may write put the pull requests into the
 * queue, so that the commit is no stranger's.
 */
export function interpretMergeGroup(payload: unknown): Interpretation {
  const { action } = readPayload(actionOnly, payload, 'a merge group');
  if (action !== 'checks_requested' && action !== 'destroyed') {
    return { ignored: `merge_group action ${action} builds nothing` };
  }
  const { merge_group: group, ...event } = readPayload(mergeGroupPayload, payload, 'a merge group');
  const repository = event.repository.full_name;
  const by = event.sender?.login ?? 'the merge queue';
  if (action === 'destroyed') {
    const why = `the merge queue took the group apart${event.reason ? ` (${event.reason})` : ''}`;
    const of = { event: 'merge_group', sha: group.head_sha } as const;
    return { ignored: why, over: { repository, of, by, why } };
  }
  const { message, author } = group.head_commit;
  return {
    changes: [
      {
        provider: 'github',
        event: 'merge_group',
        repository,
        ref: group.head_ref,
        sha: group.head_sha,
        before: group.base_sha,
        mergeGroup: { baseBranch: branchOrTag(group.base_ref)?.name ?? group.base_ref },
        fork: false,
        title: titleFrom(message),
        message: messageFrom(message),
        author: { name: author?.name ?? by, ...(author?.email ? { email: author.email } : {}) },
        sender: by,
        ...(event.repository.default_branch === undefined
          ? {}
          : { defaultBranch: event.repository.default_branch }),
      },
    ],
  };
}
