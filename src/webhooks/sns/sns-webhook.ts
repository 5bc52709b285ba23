import type { Log } from '../../log.ts';
import { acceptCodecommitEvent } from '../codecommit/accept-codecommit-event.ts';
import {
  type Accepted,
  type HeaderLookup,
  type IntakePorts,
  type IntakeRoute,
  intakeRoute,
  type Settled,
} from '../intake-route.ts';
import { WebhookRefusal } from '../webhook-refusal.ts';
import { confirmSubscription } from './confirm-subscription.ts';
import type { FetchFromSns } from './fetch-from-sns.ts';
import { createSigningCertificates } from './signing-certificates.ts';
import { readEnvelope, type SnsEnvelope, snsTypes } from './sns-envelope.ts';
import { checkTopic, verifyEnvelope } from './verify-envelope.ts';

export type SnsOptions = {
  /** ARNs of the topics that are taken from. */
  topics: readonly string[];
  fetchFromSns: FetchFromSns;
  log: Pick<Log, 'info' | 'warn' | 'error'>;
};

/** A message is 256 KiB at most, and as a string within JSON some of its characters take six. */
const maxBytes = 2 * 1024 * 1024;

/**
 * `POST /webhooks/sns`: events of CodeCommit that come by a topic of SNS, from a trigger or by EventBridge, with SNS's
 * own signature. A subscription of a topic that is named confirms itself.
 */
export function snsWebhook({ topics, fetchFromSns, ...ports }: SnsOptions & IntakePorts): IntakeRoute {
  const allowed = new Set(topics);
  const certificates = createSigningCertificates(fetchFromSns);

  async function accept(body: Buffer, contentType: string, nowMs: number): Promise<Accepted | Settled> {
    const message = readEnvelope(body);
    await verifyEnvelope(message, { topics: allowed, certificates, nowMs });
    const { TopicArn: topic } = message;
    switch (message.Type) {
      case 'Notification':
        return acceptNotification(message, contentType);
      case 'SubscriptionConfirmation':
        await confirmSubscription(message, fetchFromSns).catch((error: unknown) => {
          ports.log.warn({ topic, err: error }, `the subscription to ${topic} could not be confirmed`);
          throw error;
        });
        ports.log.info({ topic }, `subscribed to ${topic}`);
        return { settled: `subscribed to ${topic}` };
      case 'UnsubscribeConfirmation':
        ports.log.warn({ topic }, `${topic} sends nothing more: somebody ended the subscription`);
        return { settled: `the subscription to ${topic} has ended` };
    }
  }

  return intakeRoute(
    {
      source: 'codecommit',
      path: '/webhooks/sns',
      claimedEvent: (header) => snsTypes.find((type) => type === header('x-amz-sns-message-type')) ?? 'other',
      admit(header, receivedAtMs) {
        if (allowed.size === 0) {
          throw new WebhookRefusal(
            'secret-not-configured',
            'hookline takes from no topic of SNS: set CODECOMMIT_SNS_TOPICS to the ARN of yours',
          );
        }
        const topic = header('x-amz-sns-topic-arn');
        if (topic !== undefined) checkTopic(topic, allowed);
        const contentType = contentTypeIn(header);
        return (body) => accept(body, contentType, receivedAtMs);
      },
    },
    { maxBytes, ...ports },
  );
}

/**
 * SNS says text/plain of its JSON, or what the delivery policy of the subscription has it say.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
 */
function contentTypeIn(header: HeaderLookup): string {
  const value = header('content-type') ?? '';
  if (/^(?:text\/plain|application\/json)\s*(?:;|$)/i.test(value)) return value;
  throw new WebhookRefusal(
    'content-type-refused',
    'SNS sends text/plain or application/json, and nothing else',
  );
}

function acceptNotification(message: SnsEnvelope, contentType: string): Accepted {
  return acceptCodecommitEvent(Buffer.from(message.Message), contentType, {
    'x-amz-sns-message-id': message.MessageId,
    'x-amz-sns-topic-arn': message.TopicArn,
  });
}
