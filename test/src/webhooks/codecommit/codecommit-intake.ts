import { createHmac } from 'node:crypto';
import { newId } from '../../../../src/ids.ts';
import { silentLog } from '../../../../src/log.ts';
import { codecommitWebhook } from '../../../../src/webhooks/codecommit/codecommit-webhook.ts';
import { type MemoryInbox, memoryInbox } from '../../../../src/webhooks/memory-inbox.ts';
import { type Askable, askable } from '../../../support/ask-listener.ts';

export const secret = 'shared with the bridge';
export const nowSeconds = 1_700_000_000;

type Options = Partial<Parameters<typeof codecommitWebhook>[0]>;

/** Intake over an inbox in memory, by a clock that stands still. */
export function codecommitIntake(options: Options = {}): { app: Askable; inbox: MemoryInbox } {
  const inbox = memoryInbox();
  const { answer } = codecommitWebhook({
    secrets: [secret],
    inbox,
    now: () => nowSeconds * 1000,
    newId: () => newId(),
    log: silentLog,
    ...options,
  });
  return { app: askable(answer), inbox };
}

export function signatureOf(at: number | string, body: string, key = secret): string {
  return `sha256=${createHmac('sha256', key).update(`${at}.${body}`).digest('hex')}`;
}

/** A delivery as the Lambda bridge makes it; a header given as undefined is left out. */
export async function deliver(
  app: Askable,
  body: string,
  { at = nowSeconds, key = secret, headers = {} }: DeliverOptions = {},
): Promise<Response> {
  const all: Record<string, string | undefined> = {
    'content-type': 'application/json',
    'x-hookline-timestamp': String(at),
    'x-hookline-signature-256': signatureOf(at, body, key),
    ...headers,
  };
  const sent = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return await app.request('/webhooks/codecommit', { method: 'POST', body, headers: sent });
}

type DeliverOptions = { at?: number | string; key?: string; headers?: Record<string, string | undefined> };

export const commit = '5c4ef1049f1d27deadbeeff313e0730018be182b';

/** The record of AWS's documentation, with a commit id that is one. */
export function codecommitRecord(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    awsRegion: 'us-east-1',
    codecommit: { references: [{ commit, ref: 'refs/heads/main' }] },
    customData: 'this is custom data',
    eventId: '5a824061-17ca-46a9-bbf9-114edeadbeef',
    eventName: 'ReferenceChanges',
    eventPartNumber: 1,
    eventSource: 'aws:codecommit',
    eventSourceARN: 'arn:aws:codecommit:us-east-1:123456789012:my-repo',
    eventTime: '2016-01-01T23:59:59.000+0000',
    eventTotalParts: 1,
    eventTriggerConfigId: '5a824061-17ca-46a9-bbf9-114edeadbeef',
    eventTriggerName: 'my-trigger',
    eventVersion: '1.0',
    userIdentityARN: 'arn:aws:iam::123456789012:user/Mary_Major',
    ...changes,
  };
}
