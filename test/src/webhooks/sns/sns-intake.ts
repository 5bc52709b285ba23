import { generateKeyPairSync, sign } from 'node:crypto';
import { newId } from '../../../../src/ids.ts';
import { silentLog } from '../../../../src/log.ts';
import { type MemoryInbox, memoryInbox } from '../../../../src/webhooks/memory-inbox.ts';
import type { FetchFromSns } from '../../../../src/webhooks/sns/fetch-from-sns.ts';
import { snsWebhook } from '../../../../src/webhooks/sns/sns-webhook.ts';
import { type Askable, askable } from '../../../support/ask-listener.ts';
import { selfSignedCertificate } from '../../../support/self-signed-certificate.ts';
import { codecommitRecord } from '../codecommit/codecommit-intake.ts';

export const topic = 'arn:aws:sns:us-east-1:123456789012:pushes';
export const origin = 'https://sns.us-east-1.amazonaws.com';
export const certUrl = `${origin}/SimpleNotificationService-0123456789abcdef.pem`;
export const startMs = Date.parse('2026-03-01T12:00:00.000Z');

const key = generateKeyPairSync('rsa', { modulusLength: 2048 });
const foreignKey = generateKeyPairSync('rsa', { modulusLength: 2048 });
const certificateOf = (validFrom: string, validTo: string, owner = key) =>
  selfSignedCertificate({
    key: owner,
    commonName: 'sns.amazonaws.com',
    validFrom: new Date(validFrom),
    validTo: new Date(validTo),
  });
export const certificate = certificateOf('2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z');
export const expired = certificateOf('2024-01-01T00:00:00Z', '2025-01-01T00:00:00Z');
export const foreign = certificateOf('2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z', foreignKey);

export type Message = Record<string, string | undefined>;
type SnsIntake = { app: Askable; inbox: MemoryInbox; asked: string[]; setNow(atMs: number): void };

/** The door, over an inbox in memory; of SNS what `answers` says, by default its certificate and a 200. */
export function snsIntake(
  options: { topics?: string[]; answer?: FetchFromSns; inbox?: MemoryInbox } = {},
): SnsIntake {
  const inbox = options.inbox ?? memoryInbox();
  const asked: string[] = [];
  let nowMs = startMs;
  const answer: FetchFromSns =
    options.answer ?? (async (url) => ({ status: 200, text: url.href === certUrl ? certificate : '<xml/>' }));
  const route = snsWebhook({
    topics: options.topics ?? [topic],
    fetchFromSns: (url) => {
      asked.push(url.href);
      return answer(url);
    },
    inbox,
    now: () => nowMs,
    newId: () => newId(),
    log: silentLog,
  });
  const setNow = (atMs: number) => {
    nowMs = atMs;
  };
  return { app: askable(route.answer), inbox, asked, setNow };
}

export const triggerEvent = (changes = {}) => JSON.stringify({ Records: [codecommitRecord(changes)] });

export function notification(changes: Message = {}): Message {
  return {
    Type: 'Notification',
    MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
    TopicArn: topic,
    Subject: 'UPDATE: AWS CodeCommit us-east-1 push: my-repo',
    Message: triggerEvent(),
    Timestamp: new Date(startMs).toISOString(),
    SignatureVersion: '1',
    SigningCertURL: certUrl,
    UnsubscribeURL: `${origin}/?Action=Unsubscribe&SubscriptionArn=${topic}:c9135db0`,
    ...changes,
  };
}

export function confirmation(changes: Message = {}): Message {
  const { Subject: _subject, UnsubscribeURL: _url, ...common } = notification();
  return {
    ...common,
    Type: 'SubscriptionConfirmation',
    Message: `You have chosen to subscribe to the topic ${topic}.\nTo confirm, visit the SubscribeURL.`,
    Token: '2336412f37fb687f5d51e6e2425dacbbffff',
    SubscribeURL: `${origin}/?Action=ConfirmSubscription&TopicArn=${topic}&Token=2336412f`,
    ...changes,
  };
}

/** Written out once more and not asked of the product: names in the order of their bytes, as AWS's guide has it. */
export function signed(message: Message, by: 'sns' | 'somebody' = 'sns'): Message {
  const names = ['Message', 'MessageId', 'Subject', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  const text = names
    .filter((name) => message[name] !== undefined)
    .map((name) => `${name}\n${message[name]}\n`)
    .join('');
  const digest = message['SignatureVersion'] === '2' ? 'RSA-SHA256' : 'RSA-SHA1';
  const { privateKey } = by === 'sns' ? key : foreignKey;
  return { ...message, Signature: sign(digest, Buffer.from(text), privateKey).toString('base64') };
}

type Sent = { headers?: Record<string, string | undefined> };

/** As SNS posts it; a header given as undefined is left out. */
export async function post(app: Askable, message: Message | string, { headers = {} }: Sent = {}) {
  const isText = typeof message === 'string';
  const all: Record<string, string | undefined> = {
    'content-type': 'text/plain; charset=UTF-8',
    'user-agent': 'Amazon Simple Notification Service Agent',
    ...(isText
      ? {}
      : { 'x-amz-sns-message-type': message['Type'], 'x-amz-sns-topic-arn': message['TopicArn'] }),
    ...headers,
  };
  const sent = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const body = isText ? message : JSON.stringify(message);
  const response = await app.request('/webhooks/sns', { method: 'POST', body, headers: sent });
  const answer = (await response.json()) as {
    code?: string;
    id?: string;
    settled?: string;
    duplicate?: true;
  };
  return { status: response.status, ...answer };
}
