import { z } from 'zod';
import type { Change, Interpretation } from '../../runs/change.ts';
import { findSkipToken } from '../../runs/skip-token.ts';
import { branchOrTag, isNoObject } from '../git-names.ts';
import { messageFrom, titleFrom } from '../plain-text.ts';
import { branchName, objectId, readPayload, reference, repositoryName, shortText } from '../read-payload.ts';

import { isQueueBranch } from './interpret-merge-group.ts';

const person = z.object({
  name: shortText.nullish(),
  email: shortText.nullish(),
  username: shortText.nullish(),
});

/** What we read of a push. https://docs.github.com/en/webhooks/webhook-events-and-payloads#push */
export const pushPayload = z.object({
  ref: reference,
  before: objectId,
  after: objectId,
  deleted: z.boolean().optional(),
  forced: z.boolean().optional(),
  head_commit: z.object({ id: objectId, message: z.string(), author: person }).nullish(),
  pusher: person.nullish(),
  repository: z.object({ full_name: repositoryName, default_branch: branchName.optional() }),
  sender: z.object({ login: shortText }).nullish(),
});
type Push = z.output<typeof pushPayload>;

/** A push of a branch or a tag; a push that deletes one, or touches other references, builds nothing. */
export function interpretPush(payload: unknown): Interpretation {
  const push = readPayload(pushPayload, payload, 'a push');
  const target = branchOrTag(push.ref);
  if (target === undefined) return { ignored: `${push.ref} is neither a branch nor a tag` };
  if (push.deleted === true || isNoObject(push.after)) {
    const branch = { repository: push.repository.full_name, name: target.name };
    return {
      ignored: `${target.kind} ${target.name} was deleted`,
      ...(target.kind === 'branch' ? { deleted: [branch] } : {}),
    };
  }
  if (target.kind === 'branch' && isQueueBranch(target.name)) {
    const head = { repository: push.repository.full_name, ref: push.ref, sha: push.after };
    return {
      ignored: `branch ${target.name} is of a merge queue: its merge_group event is what builds it`,
      skipped: [{ provider: 'github', ...head }],
    };
  }
  const message = push.head_commit?.message ?? '';
  const skip = findSkipToken(message);
  if (skip !== undefined) {
    const head = { repository: push.repository.full_name, ref: push.ref, sha: push.after };
    return {
      ignored: `the head commit's message says ${skip}`,
      ...(target.kind === 'branch' ? { skipped: [{ provider: 'github', ...head }] } : {}),
    };
  }

  return {
    changes: [
      {
        provider: 'github',
        event: target.kind === 'tag' ? 'tag' : 'push',
        repository: push.repository.full_name,
        ref: push.ref,
        // After pushing an annotated tag `after` is the tag object's id; the commit it points to is the head commit.
        sha: target.kind === 'tag' ? (push.head_commit?.id ?? push.after) : push.after,
        ...(isNoObject(push.before) ? {} : { before: push.before }),
        ...(target.kind === 'tag' ? { tag: target.name } : { branch: target.name }),
        fork: false,
        title: titleFrom(message),
        message: messageFrom(message),
        author: authorOf(push),
        ...(push.sender ? { sender: push.sender.login } : {}),
        ...(push.forced === true ? { forced: true } : {}),
        ...(push.repository.default_branch === undefined
          ? {}
          : { defaultBranch: push.repository.default_branch }),
      },
    ],
  };
}

function authorOf(push: Push): Change['author'] {
  const author = push.head_commit?.author ?? push.pusher;
  return {
    name: author?.name ?? push.sender?.login ?? 'unknown',
    ...(author?.email ? { email: author.email } : {}),
    ...(author?.username ? { login: author.username } : {}),
  };
}
