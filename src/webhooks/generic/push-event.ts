import { z } from 'zod';
import { branchOrTag, isNoObject } from '../git-names.ts';
import { objectId, reference, shortText } from '../read-payload.ts';
import { isPathSafeName } from '../repository-name.ts';

/** `name` or `owner/name`: as the settings know it. */
const repository = z
  .string()
  .refine((name) => name.split('/').length <= 2 && name.split('/').every(isPathSafeName), 'must be a name');

/** One reference of one push, as whoever watches a git server says it: docs/git.md. */
export const pushEvent = z.object({
  /** The sender's own, the same when it sends again. */
  id: z
    .string()
    .regex(/^[\w.:-]{1,100}$/, 'must be letters, digits and ._:-')
    .optional(),
  repository,
  /** Only compared with what is known. */
  cloneUrl: z.string().optional(),
  ref: reference.refine((ref) => branchOrTag(ref) !== undefined, 'must be a branch or a tag'),
  /** Zeros: it is new. */
  before: objectId.optional(),
  /** Zeros: it is gone. */
  after: objectId,
  pusher: shortText.optional(),
});

export type PushEvent = z.output<typeof pushEvent>;

export function eventName({ ref, after }: PushEvent): 'push' | 'tag' | 'delete' {
  if (isNoObject(after)) return 'delete';
  return branchOrTag(ref)?.kind === 'tag' ? 'tag' : 'push';
}
