import { describe, expect, it } from 'vitest';
import { codecommitIntake, codecommitRecord, deliver, nowSeconds, signatureOf } from './codecommit-intake.ts';

const body = JSON.stringify({ Records: [codecommitRecord()] });

async function codeOf(response: Response): Promise<unknown> {
  const answer: unknown = await response.json();
  return answer instanceof Object && 'code' in answer ? answer.code : undefined;
}

describe('POST /webhooks/codecommit', () => {
  it('writes down the event as the bridge sent it', async () => {
    const { app, inbox } = codecommitIntake();
    const response = await deliver(app, body);
    expect(response.status).toBe(202);
    const [kept] = inbox.deliveries();
    expect(await response.json()).toEqual({ id: kept?.id });
    expect(kept).toMatchObject({
      source: 'codecommit',
      deliveryId: '5a824061-17ca-46a9-bbf9-114edeadbeef-1',
      event: 'ReferenceChanges',
      repository: 'my-repo',
      headers: {},
    });
    expect(Buffer.from(kept?.body ?? []).toString()).toBe(body);
  });

  it('answers a retry, signed again at a later time, as a duplicate', async () => {
    const { app, inbox } = codecommitIntake();
    await deliver(app, body);
    const retried = await deliver(app, body, { at: nowSeconds + 60 });
    expect(await retried.json()).toEqual({ id: inbox.deliveries()[0]?.id, duplicate: true });
  });

  it('takes the parts of one push as deliveries of their own', async () => {
    const { app, inbox } = codecommitIntake();
    for (const eventPartNumber of [1, 2]) {
      await deliver(app, JSON.stringify({ Records: [codecommitRecord({ eventPartNumber })] }));
    }
    expect(inbox.deliveries().map(({ deliveryId }) => deliveryId.slice(-2))).toEqual(['-1', '-2']);
  });

  it('does not take an event for a duplicate of one that shares only its first record', async () => {
    const { app } = codecommitIntake();
    const other = codecommitRecord({ eventId: 'another' });
    await deliver(app, body);
    const both = await deliver(app, JSON.stringify({ Records: [codecommitRecord(), other] }));
    expect(await both.json()).not.toHaveProperty('duplicate');
  });

  it('takes a record that the bridge sent by itself', async () => {
    const { app } = codecommitIntake();
    expect((await deliver(app, JSON.stringify(codecommitRecord()))).status).toBe(202);
  });

  it.each([-300, 300])('takes a clock that is %d s off', async (differenceSeconds) => {
    const { app } = codecommitIntake();
    expect((await deliver(app, body, { at: nowSeconds + differenceSeconds })).status).toBe(202);
  });

  it.each([-301, 301])('refuses a clock that is %d s off', async (differenceSeconds) => {
    const { app } = codecommitIntake();
    const response = await deliver(app, body, { at: nowSeconds + differenceSeconds });
    expect(response.status).toBe(401);
    expect(await codeOf(response)).toBe('timestamp-outside-window');
  });

  it('refuses a captured request under a new timestamp: the timestamp is signed', async () => {
    const { app } = codecommitIntake();
    const response = await deliver(app, body, {
      at: nowSeconds - 400,
      headers: { 'x-hookline-timestamp': String(nowSeconds) },
    });
    expect(response.status).toBe(401);
    expect(await codeOf(response)).toBe('signature-mismatch');
  });

  it.each([
    ['signature-missing', { 'x-hookline-signature-256': undefined }],
    ['signature-malformed', { 'x-hookline-signature-256': 'sha256=00' }],
    ['signature-mismatch', { 'x-hookline-signature-256': `sha256=${'0'.repeat(64)}` }],
    ['timestamp-missing', { 'x-hookline-timestamp': undefined }],
    ['timestamp-malformed', { 'x-hookline-timestamp': '2023-11-14T22:13:20Z' }],
    ['timestamp-malformed', { 'x-hookline-timestamp': 'NaN' }],
  ])('refuses as %s a request with %j', async (code, headers) => {
    const { app, inbox } = codecommitIntake();
    const response = await deliver(app, body, { headers });
    expect(response.status).toBe(401);
    expect(await codeOf(response)).toBe(code);
    expect(inbox.refusals()).toEqual(new Map([[`codecommit ${code}`, 1]]));
    expect(inbox.deliveries()).toEqual([]);
  });

  it('refuses an altered body and another secret', async () => {
    const { app } = codecommitIntake();
    const signatureOfAnother = signatureOf(nowSeconds, `${body} `);
    const altered = await deliver(app, body, { headers: { 'x-hookline-signature-256': signatureOfAnother } });
    expect(altered.status).toBe(401);
    expect((await deliver(app, body, { key: 'a wrong guess' })).status).toBe(401);
  });

  it('takes the previous secret beside the new one', async () => {
    const { app } = codecommitIntake({ secrets: ['new', 'previous'] });
    expect((await deliver(app, body, { key: 'previous' })).status).toBe(202);
  });

  it.each([[[]], [['']]])('refuses everything when it has no secret: %j', async (secrets) => {
    const { app } = codecommitIntake({ secrets });
    const response = await deliver(app, body, { key: '' });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({
      code: 'secret-not-configured',
      detail: expect.stringContaining('CODECOMMIT_WEBHOOK_SECRET'),
    });
  });

  it.each([
    ['body-not-json', '{'],
    ['payload-not-an-object', '[]'],
    ['payload-malformed', '{}'],
    ['payload-malformed', '{"Records":[]}'],
    ['payload-malformed', JSON.stringify({ Records: [codecommitRecord({ eventSource: 'aws:s3' })] })],
    ['payload-malformed', JSON.stringify({ Records: [codecommitRecord({ eventId: undefined })] })],
    ['payload-malformed', JSON.stringify({ Records: [codecommitRecord({ eventSourceARN: 'my-repo' })] })],
    [
      'payload-malformed',
      JSON.stringify({
        Records: [codecommitRecord({ eventSourceARN: 'arn:aws:codecommit:us-east-1:123456789012:..' })],
      }),
    ],
  ])('refuses as %s the signed body %s', async (code, malformed) => {
    const { app } = codecommitIntake();
    const response = await deliver(app, malformed);
    expect(response.status).toBe(400);
    expect(await codeOf(response)).toBe(code);
  });

  it('answers 503 when the inbox is down', async () => {
    const { inbox } = codecommitIntake();
    const { app } = codecommitIntake({
      inbox: { ...inbox, record: async () => Promise.reject(new Error('down')) },
    });
    expect((await deliver(app, body)).status).toBe(503);
  });
});
