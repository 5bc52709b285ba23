import { z } from 'zod';
import { messageOf } from '../../errors.ts';
import { isObject } from '../parse-payload.ts';
import { WebhookRefusal } from '../webhook-refusal.ts';

/** A value of one line: what is signed is lines, and a line break in a short value could stand for other values. */
const line = z.string().regex(/^[^\r\n]{0,2048}$/, 'must be one line');
const common = {
  MessageId: z.string().regex(/^[\w-]{1,100}$/, 'must be an id'),
  TopicArn: line,
  Message: z.string(),
  Timestamp: z.iso.datetime(),
  SignatureVersion: z.enum(['1', '2']),
  Signature: z.base64().min(4).max(2048),
  SigningCertURL: line,
};
const confirmation = { ...common, Token: line, SubscribeURL: line };

const envelope = z.discriminatedUnion('Type', [
  z.object({ Type: z.literal('Notification'), ...common, Subject: line.nullish() }),
  z.object({ Type: z.literal('SubscriptionConfirmation'), ...confirmation }),
  z.object({ Type: z.literal('UnsubscribeConfirmation'), ...confirmation }),
]);

/**
 * What SNS posts to an HTTPS endpoint; nothing of it is proved yet.
 * https://docs.aws.amazon.com/sns/latest/dg/http-notification-json.html
 */
export type SnsEnvelope = z.output<typeof envelope>;

export const snsTypes = ['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation'] as const;

/** Its sender is nobody yet, so that whatever is wrong with it is refused as a missing signature is. */
export function readEnvelope(body: Buffer): SnsEnvelope {
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw malformed(`it is not JSON: ${messageOf(error)}`);
  }
  if (!isObject(json)) throw malformed('it is not an object');
  const read = envelope.safeParse(json);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw malformed(`${issue?.path.join('.') || 'the whole'}: ${issue?.message}`);
}

function malformed(what: string): WebhookRefusal {
  return new WebhookRefusal(
    'envelope-malformed',
    `the body is no message as SNS signs it (${what}): switch raw message delivery off in the subscription, with it there is no signature`,
  );
}

/**
 * The text that SNS signed: each name and its value, in the order of their bytes, each with a line end.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html
 */
export function stringToSign(message: SnsEnvelope): string {
  const { Message, MessageId, Timestamp, TopicArn, Type } = message;
  const named: [string, string | null | undefined][] =
    message.Type === 'Notification'
      ? [
          ['Message', Message],
          ['MessageId', MessageId],
          ['Subject', message.Subject],
        ]
      : [
          ['Message', Message],
          ['MessageId', MessageId],
          ['SubscribeURL', message.SubscribeURL],
        ];
  named.push(['Timestamp', Timestamp]);
  if (message.Type !== 'Notification') named.push(['Token', message.Token]);
  named.push(['TopicArn', TopicArn], ['Type', Type]);
  return named.map(([name, value]) => (value == null ? '' : `${name}\n${value}\n`)).join('');
}
