import { z } from 'zod';
import type { Change, Interpretation } from '../../runs/change.ts';
import { personInArn } from '../codecommit/person-in-arn.ts';
import { branchOrTag, isNoObject } from '../git-names.ts';
import { messageFrom } from '../plain-text.ts';
import { branchName, objectId, readPayload, reference, shortText } from '../read-payload.ts';
import { eventbridgeEvent, repositoryIn } from './eventbridge-event.ts';

const referenceDetail = z.object({
  event: shortText,
  referenceFullName: reference,
  commitId: objectId.optional(),
  oldCommitId: objectId.optional(),
  callerUserArn: z.string().nullish(),
});

/** AWS's examples have `main`, its events `refs/heads/main`. */
const branch = z
  .string()
  .transform((name) => name.replace(/^refs\/heads\//, ''))
  .pipe(branchName);

const pullRequestDetail = z.object({
  pullRequestId: z.string().regex(/^[1-9]\d{0,9}$/, 'must be the number of a pull request'),
  title: shortText.default(''),
  description: z.string().nullish(),
  sourceReference: branch,
  sourceCommit: objectId,
  destinationReference: branch,
  destinationCommit: objectId,
  author: z.string().nullish(),
  callerUserArn: z.string().nullish(),
});

/** Those after which the commits of a pull request, or what there is of it, are others. */
const buildingEvents: ReadonlySet<string> = new Set(['pullRequestCreated', 'pullRequestSourceBranchUpdated']);

type Repository = NonNullable<ReturnType<typeof repositoryIn>>;

/**
 * Says what an event of CodeCommit on EventBridge asks to be built. Pure; throws a `WebhookRefusal` when the event
 * cannot be read. Unlike a trigger's event it says where a branch stood before, and there are events of pull requests.
 * https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html
 */
export function interpretEventbridgeEvent(payload: unknown): Interpretation {
  const event = readPayload(eventbridgeEvent, payload, 'an EventBridge event');
  const type = event['detail-type'];
  const repository = repositoryIn(event.resources);
  if (repository === undefined) return { ignored: `${type} names no repository` };
  if (type === 'CodeCommit Repository State Change') return ofReference(event.detail, repository);
  if (type === 'CodeCommit Pull Request State Change') return ofPullRequest(event.detail, repository);
  return { ignored: `${type} builds nothing` };
}

function ofReference(detail: Record<string, unknown>, place: Repository): Interpretation {
  const name = String(detail['event']).slice(0, 64);
  if (!/^reference(Created|Updated|Deleted)$/.test(name)) return { ignored: `${name} builds nothing` };
  const read = readPayload(referenceDetail, detail, 'a state change of a repository');
  const { referenceFullName: ref, commitId, oldCommitId: before } = read;
  const target = branchOrTag(ref);
  if (target === undefined) return { ignored: `${ref} is neither a branch nor a tag` };
  const label = `${target.kind} ${target.name}`;
  if (name === 'referenceDeleted') {
    const deleted = [{ repository: place.repository, name: target.name }];
    return { ignored: `${label} was deleted`, ...(target.kind === 'branch' ? { deleted } : {}) };
  }
  if (commitId === undefined || isNoObject(commitId))
    return { ignored: `${label} comes without a commit id` };
  return {
    changes: [
      {
        ...commonOf(place, personInArn(read.callerUserArn)),
        event: target.kind === 'tag' ? 'tag' : 'push',
        ref,
        sha: commitId,
        ...(before === undefined || isNoObject(before) ? {} : { before }),
        ...(target.kind === 'tag' ? { tag: target.name } : { branch: target.name }),
        title: '',
        message: '',
      },
    ],
  };
}

/**
 * Built is the commit that the source branch stands at, by the name of that branch: CodeCommit keeps no references of
 * pull requests. Both branches are of one repository, so nobody is a stranger.
 */
function ofPullRequest(detail: Record<string, unknown>, place: Repository): Interpretation {
  const name = String(detail['event']).slice(0, 64);
  if (!buildingEvents.has(name)) {
    const state = detail['isMerged'] === 'True' ? ' (merged)' : '';
    return { ignored: `${name}${state} builds nothing` };
  }
  const pull = readPayload(pullRequestDetail, detail, 'a state change of a pull request');
  const author = personInArn(pull.author);
  return {
    changes: [
      {
        ...commonOf(place, personInArn(pull.callerUserArn)),
        event: 'pull_request',
        ref: `refs/heads/${pull.sourceReference}`,
        sha: pull.sourceCommit,
        pullRequest: {
          number: Number(pull.pullRequestId),
          title: pull.title,
          headRepository: place.repository,
          headBranch: pull.sourceReference,
          baseBranch: pull.destinationReference,
          baseSha: pull.destinationCommit,
          fork: false,
          draft: false,
        },
        title: pull.title,
        message: messageFrom(pull.description ?? ''),
        ...(author === undefined ? {} : { author: { name: author } }),
      },
    ],
  };
}

function commonOf({ repository, region, account }: Repository, sender: string | undefined) {
  return {
    provider: 'codecommit',
    repository,
    fork: false,
    author: { name: sender ?? 'unknown' },
    ...(sender === undefined ? {} : { sender }),
    codecommit: { region, account },
  } satisfies Partial<Change>;
}
