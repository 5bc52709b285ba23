import { describe, expect, it } from 'vitest';
import {
  certificate,
  confirmation,
  expired,
  foreign,
  type Message,
  notification,
  origin,
  post,
  signed,
  snsIntake,
  startMs,
  topic,
  triggerEvent,
} from './sns-intake.ts';

/** Refused, counted, and SNS is visited for nothing but, perhaps, its certificate. */
async function expectRefused(
  code: string,
  message: Message | string,
  options: Parameters<typeof post>[2] = {},
) {
  const { app, inbox, asked } = snsIntake();
  const answer = await post(app, message, options);
  expect(answer).toMatchObject({ code });
  expect(inbox.deliveries()).toEqual([]);
  expect([...inbox.refusals()]).toEqual([[`codecommit ${code}`, 1]]);
  return { ...answer, asked };
}

describe('POST /webhooks/sns refuses', () => {
  it.each(['1', '2'])('what somebody else signed, by version %s', async (SignatureVersion) => {
    const forged = signed(notification({ SignatureVersion }), 'somebody');
    expect(await expectRefused('signature-mismatch', forged)).toMatchObject({ status: 401 });
  });

  it.each([
    ['Message', triggerEvent({ eventSourceARN: 'arn:aws:codecommit:us-east-1:123456789012:another' })],
    ['MessageId', '00000000-0000-0000-0000-000000000000'],
    ['Subject', 'another'],
    ['Subject', undefined],
    ['Timestamp', new Date(startMs + 1000).toISOString()],
    ['SignatureVersion', '2'],
    ['Type', 'SubscriptionConfirmation'],
  ])('a message whose %s was changed to %j', async (name, value) => {
    const spare = { Token: 'token', SubscribeURL: `${origin}/?Action=ConfirmSubscription&TopicArn=${topic}` };
    const changed = { ...signed(notification()), [name]: value, ...(name === 'Type' ? spare : {}) };
    const { asked } = await expectRefused('signature-mismatch', changed);
    expect(asked).toHaveLength(1);
  });

  it('another topic, however well it is signed, and asks nobody for its certificate', async () => {
    const TopicArn = 'arn:aws:sns:us-east-1:666666666666:pushes';
    const stranger = signed(notification({ TopicArn }));
    expect((await expectRefused('topic-not-allowed', stranger)).asked).toEqual([]);
    const headers = { 'x-amz-sns-topic-arn': topic };
    expect((await expectRefused('topic-not-allowed', stranger, { headers })).asked).toEqual([]);
    const confirming = signed(confirmation({ TopicArn }));
    expect((await expectRefused('topic-not-allowed', confirming, { headers })).asked).toEqual([]);
  });

  it.each([-301, 3_901])('a message that is %d s old', async (ageSeconds) => {
    const Timestamp = new Date(startMs - ageSeconds * 1000).toISOString();
    const { status, asked } = await expectRefused(
      'timestamp-outside-window',
      signed(notification({ Timestamp })),
    );
    expect({ status, asked }).toEqual({ status: 401, asked: [] });
  });

  it.each([
    'http://sns.us-east-1.amazonaws.com/SimpleNotificationService-01.pem',
    'https://sns.us-east-1.amazonaws.com:8443/SimpleNotificationService-01.pem',
    'https://sns.us-east-1.amazonaws.com.evil.com/SimpleNotificationService-01.pem',
    'https://sns.us-east-1.amazonaws.com@evil.com/SimpleNotificationService-01.pem',
    'https://user:word@sns.us-east-1.amazonaws.com/SimpleNotificationService-01.pem',
    'https://evil.com/sns.us-east-1.amazonaws.com/SimpleNotificationService-01.pem',
    'https://evil.com\\@sns.us-east-1.amazonaws.com/SimpleNotificationService-01.pem',
    'https://evil.com#@sns.us-east-1.amazonaws.com/SimpleNotificationService-01.pem',
    'https://sns.us-east-1.amazonaws.com./SimpleNotificationService-01.pem',
    'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-01.pem',
    'https://sns-us-east-1.amazonaws.com/SimpleNotificationService-01.pem',
    'https://evil.sns.us-east-1.amazonaws.com/SimpleNotificationService-01.pem',
    'https://bucket.s3.amazonaws.com/SimpleNotificationService-01.pem',
    'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-01.pem?Action=GetEndpointAttributes',
    'https://sns.us-east-1.amazonaws.com/?Action=GetEndpointAttributes&EndpointArn=x&x=.pem',
    'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-01.crt',
    'https://sns.us-east-1.amazonaws.com/x/SimpleNotificationService-01.pem',
    'file:///etc/ssl/SimpleNotificationService-01.pem',
    'SimpleNotificationService-01.pem',
    '',
  ])('a certificate at %j, without going there', async (SigningCertURL) => {
    const { status, asked } = await expectRefused(
      'certificate-url-refused',
      signed(notification({ SigningCertURL })),
    );
    expect({ status, asked }).toEqual({ status: 401, asked: [] });
  });

  it.each([
    ['has expired', { status: 200, text: expired }, 401, 'certificate-invalid'],
    ['is none', { status: 200, text: '<Error/>' }, 401, 'certificate-invalid'],
    ['is not there', { status: 404, text: '' }, 401, 'certificate-invalid'],
    ['is another’s', { status: 200, text: foreign }, 401, 'signature-mismatch'],
    ['is not to be had just now', { status: 503, text: '' }, 503, 'certificate-unavailable'],
  ])('a message whose certificate %s', async (_what, answer, status, code) => {
    const { app, inbox } = snsIntake({ answer: async () => answer });
    expect(await post(app, signed(notification()))).toMatchObject({ status, code });
    expect(inbox.deliveries()).toEqual([]);
  });

  it('a certificate once its time is over, although it is kept', async () => {
    const { app, setNow } = snsIntake();
    expect(await post(app, signed(notification()))).toMatchObject({ status: 202 });
    const later = Date.parse('2027-01-02T00:00:00Z');
    setNow(later);
    const Timestamp = new Date(later).toISOString();
    expect(await post(app, signed(notification({ Timestamp })))).toMatchObject({
      code: 'certificate-invalid',
    });
  });

  it('more certificates at once than SNS has', async () => {
    const gate = Promise.withResolvers<void>();
    const answer = () => gate.promise.then(() => ({ status: 200, text: certificate }));
    const { app, inbox } = snsIntake({ answer });
    const urls = [1, 2, 3, 4].map((at) => `${origin}/SimpleNotificationService-${at}.pem`);
    const waiting = urls.map((SigningCertURL) => post(app, signed(notification({ SigningCertURL }))));
    const fifth = signed(notification({ SigningCertURL: `${origin}/SimpleNotificationService-5.pem` }));
    expect(await post(app, fifth)).toMatchObject({ status: 503, code: 'certificate-unavailable' });
    gate.resolve();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    expect(inbox.deliveries()).toHaveLength(1);
  });

  it.each([
    `https://evil.com/?Action=ConfirmSubscription&TopicArn=${topic}`,
    `http://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${topic}`,
    `${origin}.evil.com/?Action=ConfirmSubscription&TopicArn=${topic}`,
    `${origin}/?Action=DeleteTopic&TopicArn=${topic}`,
    `${origin}/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:us-east-1:666666666666:pushes`,
    'http://169.254.169.254/latest/meta-data/',
  ])('to confirm at %s', async (SubscribeURL) => {
    const { asked } = await expectRefused('subscribe-url-refused', signed(confirmation({ SubscribeURL })));
    expect(asked).not.toContain(SubscribeURL);
  });

  it.each([
    undefined,
    'application/x-www-form-urlencoded',
    'text/plainer',
    'multipart/form-data; boundary=x',
  ])('the content type %j', async (contentType) => {
    const headers = { 'content-type': contentType };
    const answer = await expectRefused('content-type-refused', signed(notification()), { headers });
    expect(answer.status).toBe(415);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['an array', '[]'],
    ['a raw message', triggerEvent()],
    ['no signature', JSON.stringify(notification())],
    ['an empty signature', JSON.stringify({ ...notification(), Signature: '' })],
    ['another version', JSON.stringify({ ...signed(notification()), SignatureVersion: '3' })],
    ['another type', JSON.stringify({ ...signed(notification()), Type: 'Other' })],
    // Lines that would make the signed text of one message that of another.
    ['a subject of two lines', JSON.stringify(signed(notification({ Subject: 'a\nTimestamp' })))],
    ['an id of two lines', JSON.stringify(signed(notification({ MessageId: 'a\nSubject\nb' })))],
  ])('a body that is %s', async (_what, body) => {
    expect(await expectRefused('envelope-malformed', body)).toMatchObject({ status: 401 });
  });

  it('everything while no topic is named', async () => {
    const { app, asked } = snsIntake({ topics: [] });
    expect(await post(app, signed(notification()))).toMatchObject({
      status: 401,
      code: 'secret-not-configured',
    });
    expect(asked).toEqual([]);
  });
});
