import { z } from 'zod';
import { isObjectId, isReference } from './git-names.ts';
import { titleFrom } from './plain-text.ts';
import { isRepositoryName } from './repository-name.ts';
import { WebhookRefusal } from './webhook-refusal.ts';

export const objectId = z.string().refine(isObjectId, 'must be a commit id of 40 or 64 hex digits');
export const reference = z.string().refine(isReference, 'must be a whole git reference like refs/heads/main');
export const branchName = z
  .string()
  .refine((name) => isReference(`refs/heads/${name}`), 'must be a branch name');
export const repositoryName = z.string().refine(isRepositoryName, 'must be owner/name');

/** Text of strangers for one line: a title, a person's name. */
export const shortText = z.string().transform(titleFrom);

const namedProblems = 3;

/**
 * Reads the part of a payload that the schema names; all else in it is left alone. `what` names the payload for
 * the person who reads the refusal.
 */
export function readPayload<Schema extends z.ZodType>(
  schema: Schema,
  payload: unknown,
  what: string,
): z.output<Schema> {
  const read = schema.safeParse(payload);
  if (read.success) return read.data;
  const problems = read.error.issues
    .slice(0, namedProblems)
    .map((issue) => `${issue.path.join('.') || 'the whole'}: ${issue.message}`);
  throw new WebhookRefusal(
    'payload-malformed',
    `the payload of ${what} is malformed: ${problems.join('; ')}`,
  );
}
