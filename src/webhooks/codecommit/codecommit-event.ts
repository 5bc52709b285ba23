import { z } from 'zod';
import { isPathSafeName } from '../repository-name.ts';

/**
 * `arn:aws:codecommit:<region>:<account>:<repository>`; the partition differs in China and GovCloud. CodeCommit
 * names repositories without an owner.
 */
export const repositoryArn = z.string().transform((arn, context) => {
  const [, region, account, repository] =
    /^arn:[a-z-]{1,20}:codecommit:([a-z0-9-]{1,30}):(\d{12}):([^:]+)$/.exec(arn) ?? [];
  if (region === undefined || account === undefined || repository === undefined) {
    context.addIssue('must be the ARN of a CodeCommit repository');
    return z.NEVER;
  }
  if (!isPathSafeName(repository)) {
    context.addIssue('must end in a repository name');
    return z.NEVER;
  }
  return { region, account, repository };
});

/** What identifies one part of one push. It is checked before the delivery is taken; the rest when it is read. */
export const recordIdentity = z.object({
  eventSource: z.literal('aws:codecommit'),
  eventSourceARN: repositoryArn,
  eventName: z.string().max(64).default('ReferenceChanges'),
  eventId: z.string().regex(/^[\w-]{1,100}$/, 'must be an event id'),
  eventPartNumber: z.int().positive().default(1),
});

/**
 * The event that CodeCommit hands to a Lambda function: `Records`, in practice one. A bridge that sends a record
 * by itself is understood too.
 * https://docs.aws.amazon.com/codecommit/latest/userguide/how-to-notify-lambda.html
 */
export function recordsOf(payload: Record<string, unknown>): unknown {
  return Object.hasOwn(payload, 'Records') ? payload['Records'] : [payload];
}
