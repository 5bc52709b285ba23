import { randomUUID } from 'node:crypto';

export type CodecommitReference = { commit: string; ref: string; created?: true; deleted?: true };

/** What a trigger of CodeCommit hands to a Lambda function. */
export type CodecommitEvent = { Records: [CodecommitRecord] };
type CodecommitRecord = {
  awsRegion: string;
  codecommit: { references: CodecommitReference[] };
  customData: string;
  eventId: string;
  eventName: 'ReferenceChanges';
  eventPartNumber: number;
  eventSource: 'aws:codecommit';
  eventSourceARN: string;
  eventTime: string;
  eventTotalParts: number;
  eventTriggerConfigId: string;
  eventTriggerName: string;
  eventVersion: '1.0';
  userIdentityARN: string;
};

export type CodecommitPush = {
  region: string;
  account: string;
  repository: string;
  user: string;
  trigger: { id: string; name: string; customData: string };
  references: readonly CodecommitReference[];
  /** A push of more comes in several parts, each an event of its own. */
  referencesPerPart: number;
  nowMs: number;
};

/**
 * The events of one push; the parts of it share their event id.
 * https://docs.aws.amazon.com/codecommit/latest/userguide/how-to-notify-lambda.html
 */
export function codecommitEvents(push: CodecommitPush): CodecommitEvent[] {
  const { region, account, repository, user, trigger, references, referencesPerPart } = push;
  const eventId = randomUUID();
  const parts = Array.from({ length: Math.ceil(references.length / referencesPerPart) }, (_, at) =>
    references.slice(at * referencesPerPart, (at + 1) * referencesPerPart),
  );
  return parts.map((part, at) => ({
    Records: [
      {
        awsRegion: region,
        codecommit: { references: part },
        customData: trigger.customData,
        eventId,
        eventName: 'ReferenceChanges',
        eventPartNumber: at + 1,
        eventSource: 'aws:codecommit',
        eventSourceARN: `arn:aws:codecommit:${region}:${account}:${repository}`,
        eventTime: new Date(push.nowMs).toISOString().replace('Z', '+0000'),
        eventTotalParts: parts.length,
        eventTriggerConfigId: trigger.id,
        eventTriggerName: trigger.name,
        eventVersion: '1.0',
        userIdentityARN: `arn:aws:iam::${account}:user/${user}`,
      },
    ],
  }));
}

/**
 * What changed between two readings of the references. A deleted one comes with the commit it was at: nothing but its
 * mark tells it from a pushed one.
 */
export function codecommitReferences(
  earlier: ReadonlyMap<string, string>,
  later: ReadonlyMap<string, string>,
): CodecommitReference[] {
  const pushed = [...later].flatMap(([ref, commit]): CodecommitReference[] => {
    const before = earlier.get(ref);
    if (before === commit) return [];
    return [before === undefined ? { commit, ref, created: true } : { commit, ref }];
  });
  const deleted = [...earlier]
    .filter(([ref]) => !later.has(ref))
    .map(([ref, commit]): CodecommitReference => ({ commit, ref, deleted: true }));
  return [...pushed, ...deleted];
}
