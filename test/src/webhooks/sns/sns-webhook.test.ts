import { describe, expect, it } from 'vitest';
import {
  certificate,
  certUrl,
  confirmation,
  notification,
  post,
  signed,
  snsIntake,
  startMs,
  topic,
  triggerEvent,
} from './sns-intake.ts';

describe('POST /webhooks/sns', () => {
  it.each(['1', '2'])('takes a trigger’s event that SNS signed by version %s', async (SignatureVersion) => {
    const { app, inbox } = snsIntake();
    const answer = await post(app, signed(notification({ SignatureVersion })));
    const [kept] = inbox.deliveries();
    expect(answer).toEqual({ status: 202, id: kept?.id });
    expect(kept).toMatchObject({
      source: 'codecommit',
      deliveryId: '5a824061-17ca-46a9-bbf9-114edeadbeef-1',
      event: 'ReferenceChanges',
      repository: 'my-repo',
      headers: { 'x-amz-sns-topic-arn': topic },
    });
    expect(Buffer.from(kept?.body ?? []).toString()).toBe(triggerEvent());
  });

  it('takes a message without a subject, and one with characters that JSON escapes', async () => {
    const { app, inbox } = snsIntake();
    const Message = triggerEvent({ customData: 'a "quote", a line\nbreak, ü and 🚀' });
    expect(await post(app, signed(notification({ Subject: undefined, Message })))).toMatchObject({
      status: 202,
    });
    expect(Buffer.from(inbox.deliveries()[0]?.body ?? []).toString()).toBe(Message);
  });

  it('fetches a certificate once', async () => {
    const { app, asked } = snsIntake();
    const events = ['a', 'b', 'c'].map((eventId) => notification({ Message: triggerEvent({ eventId }) }));
    await Promise.all(events.slice(0, 2).map((event) => post(app, signed(event))));
    await post(app, signed(events[2] ?? {}));
    expect(asked).toEqual([certUrl]);
  });

  it('answers what SNS delivers again as a duplicate, an hour later as well', async () => {
    const { app, inbox, setNow } = snsIntake();
    await post(app, signed(notification()));
    setNow(startMs + 3_600_000);
    const again = await post(app, signed(notification()));
    expect(again).toEqual({ status: 202, id: inbox.deliveries()[0]?.id, duplicate: true });
    expect(inbox.deliveries()).toHaveLength(1);
  });

  it('confirms the subscription of a named topic by itself, and writes nothing down', async () => {
    const { app, inbox, asked } = snsIntake();
    const message = signed(confirmation());
    expect(await post(app, message)).toMatchObject({ status: 200, settled: `subscribed to ${topic}` });
    expect(asked).toEqual([certUrl, message['SubscribeURL']]);
    expect(inbox.deliveries()).toEqual([]);
  });

  it.each([
    ['SNS says no', async () => ({ status: 403, text: '' })],
    ['SNS is away', async () => Promise.reject(new Error('connect ECONNREFUSED'))],
  ])('asks for the confirmation again when %s', async (_what, refuse) => {
    const { app } = snsIntake({
      answer: async (url) => (url.href === certUrl ? { status: 200, text: certificate } : refuse()),
    });
    expect(await post(app, signed(confirmation()))).toMatchObject({
      status: 503,
      code: 'confirmation-failed',
    });
  });

  it('takes note of the end of a subscription and does not subscribe again', async () => {
    const { app, asked, inbox } = snsIntake();
    const ended = await post(app, signed(confirmation({ Type: 'UnsubscribeConfirmation' })));
    expect(ended).toMatchObject({ status: 200, settled: `the subscription to ${topic} has ended` });
    expect(asked).toEqual([certUrl]);
    expect(inbox.deliveries()).toEqual([]);
  });

  it('tells SNS by 503 to come again when the inbox is down', async () => {
    const { inbox } = snsIntake();
    const down = { ...inbox, record: async () => Promise.reject(new Error('down')) };
    const { app } = snsIntake({ inbox: down });
    expect(await post(app, signed(notification()))).toMatchObject({ status: 503, code: 'inbox-unavailable' });
  });

  it('refuses a proved message that is no event of CodeCommit', async () => {
    const { app, inbox } = snsIntake();
    expect(await post(app, signed(notification({ Message: 'hello' })))).toMatchObject({
      code: 'body-not-json',
    });
    const other = signed(notification({ Message: '{"Records":[{"eventSource":"aws:s3"}]}' }));
    expect(await post(app, other)).toMatchObject({ status: 400, code: 'payload-malformed' });
    expect(inbox.deliveries()).toEqual([]);
  });

  it('works in China, where SNS has another domain', async () => {
    const TopicArn = 'arn:aws-cn:sns:cn-north-1:123456789012:pushes';
    const SigningCertURL = 'https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-01.pem';
    const { app } = snsIntake({
      topics: [TopicArn],
      answer: async () => ({ status: 200, text: certificate }),
    });
    expect(await post(app, signed(notification({ TopicArn, SigningCertURL })))).toMatchObject({
      status: 202,
    });
  });
});
