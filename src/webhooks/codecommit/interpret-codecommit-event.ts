import { z } from 'zod';
import type { Change, DeletedBranch, Interpretation } from '../../runs/change.ts';
import { isOfEventbridge } from '../eventbridge/eventbridge-event.ts';
import { interpretEventbridgeEvent } from '../eventbridge/interpret-eventbridge-event.ts';
import { branchOrTag, isNoObject, isObjectId, isReference } from '../git-names.ts';
import { isObject } from '../parse-payload.ts';
import { titleFrom } from '../plain-text.ts';
import { readPayload } from '../read-payload.ts';
import { recordIdentity, recordsOf } from './codecommit-event.ts';
import { personInArn } from './person-in-arn.ts';

/** Judged one by one: one that git would not take must not cost the others their builds. */
const referenceChange = z.object({
  commit: z.string().nullish(),
  ref: z.string(),
  deleted: z.boolean().nullish(),
});

const records = z.array(
  z.object({
    ...recordIdentity.shape,
    userIdentityARN: z.string().nullish(),
    codecommit: z.object({ references: z.array(referenceChange) }),
  }),
);
type CodecommitRecord = z.output<typeof records>[number];
type ReferenceChange = z.output<typeof referenceChange>;

/**
 * Says what an event of CodeCommit asks to be built, a trigger's or one of EventBridge. Pure; throws a `WebhookRefusal` when the event cannot be
 * read. A trigger's event holds the references of one push, or of a part of it, each of them a change of its own. It says
 * nothing of commit messages, old commits or pull requests.
 * https://docs.aws.amazon.com/codecommit/latest/userguide/how-to-notify-lambda.html
 */
export function interpretCodecommitEvent({ payload }: { payload: unknown }): Interpretation {
  if (isOfEventbridge(payload)) return interpretEventbridgeEvent(payload);
  const list = isObject(payload) ? recordsOf(payload) : payload;
  const changes: Change[] = [];
  const leftOut: { ref: string; reason: string }[] = [];
  const gone: DeletedBranch[] = [];
  for (const record of readPayload(records, list, 'a CodeCommit event')) {
    for (const changed of record.codecommit.references) {
      const read = readReference(record, changed);
      if (!('reason' in read)) changes.push(read);
      else leftOut.push({ ref: titleFrom(changed.ref), reason: read.reason });
      if ('deleted' in read && read.deleted) gone.push(read.deleted);
    }
  }
  const deleted = gone.length > 0 ? { deleted: gone } : {};
  if (changes.length > 0) return { changes, ...(leftOut.length > 0 ? { leftOut } : {}), ...deleted };
  return { ignored: summaryOf(leftOut.map(({ reason }) => reason)), ...deleted };
}

/** A push may name 4000 references; the reader of a delivery log wants a line. */
const namedReasons = 5;

function summaryOf(reasons: readonly string[]): string {
  if (reasons.length === 0) return 'the event names no reference';
  const named = reasons.slice(0, namedReasons).join('; ');
  return reasons.length > namedReasons ? `${named}; and ${reasons.length - namedReasons} more` : named;
}

function readReference(
  record: CodecommitRecord,
  { ref, commit, deleted }: ReferenceChange,
): Change | { reason: string; deleted?: DeletedBranch } {
  if (!isReference(ref)) return { reason: 'it is not a reference that git would take' };
  const target = branchOrTag(ref);
  if (target === undefined) return { reason: `${ref} is neither a branch nor a tag` };
  const label = `${target.kind} ${target.name}`;
  if (deleted === true) {
    const branch = { repository: record.eventSourceARN.repository, name: target.name };
    return { reason: `${label} was deleted`, ...(target.kind === 'branch' ? { deleted: branch } : {}) };
  }
  if (!commit || !isObjectId(commit)) return { reason: `${label} comes without a commit id` };
  if (isNoObject(commit)) return { reason: `${label} has no commit, as in a trigger's test event` };

  const { region, account, repository } = record.eventSourceARN;
  const pusher = personInArn(record.userIdentityARN);
  return {
    provider: 'codecommit',
    event: target.kind === 'tag' ? 'tag' : 'push',
    repository,
    ref,
    sha: commit,
    ...(target.kind === 'tag' ? { tag: target.name } : { branch: target.name }),
    fork: false,
    title: '',
    message: '',
    author: { name: pusher ?? 'unknown' },
    ...(pusher === undefined ? {} : { sender: pusher }),
    codecommit: { region, account },
  };
}
