import { verify } from 'node:crypto';
import { WebhookRefusal } from '../webhook-refusal.ts';
import type { SigningCertificates } from './signing-certificates.ts';
import { certificateUrl } from './sns-addresses.ts';
import { type SnsEnvelope, stringToSign } from './sns-envelope.ts';

/** SNS tries for an hour at most; clocks may differ besides. */
const retriedForMs = 3_600_000;
const toleranceMs = 300_000;
const digests = { '1': 'RSA-SHA1', '2': 'RSA-SHA256' } as const;

/**
 * Proves that SNS made this message for one of the topics, lately; else throws a `WebhookRefusal`. A signature says no
 * more than that it is some topic of somebody, so the topic is looked at first. What is old is nothing that SNS still
 * delivers: somebody kept it.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
 */
export async function verifyEnvelope(
  message: SnsEnvelope,
  {
    topics,
    certificates,
    nowMs,
  }: { topics: ReadonlySet<string>; certificates: SigningCertificates; nowMs: number },
): Promise<void> {
  checkTopic(message.TopicArn, topics);
  const ageMs = nowMs - Date.parse(message.Timestamp);
  if (ageMs > retriedForMs + toleranceMs || ageMs < -toleranceMs) {
    throw new WebhookRefusal(
      'timestamp-outside-window',
      `the message is of ${message.Timestamp}, ${Math.round(ageMs / 1000)} s before this server's clock: SNS delivers for an hour and no longer`,
    );
  }
  const url = certificateUrl(message.SigningCertURL, message.TopicArn);
  const key = await certificates.keyOf(url, nowMs);
  const signature = Buffer.from(message.Signature, 'base64');
  const text = Buffer.from(stringToSign(message));
  if (verify(digests[message.SignatureVersion], text, key, signature)) return;
  throw new WebhookRefusal(
    'signature-mismatch',
    'the signature is not SNS’s over this message: something on the way changed it, or it is forged',
  );
}

export function checkTopic(topic: string, topics: ReadonlySet<string>): void {
  if (topics.has(topic)) return;
  throw new WebhookRefusal(
    'topic-not-allowed',
    'the message is of a topic that is not named in CODECOMMIT_SNS_TOPICS: anybody may have a topic, so name this one there if it is yours',
  );
}
