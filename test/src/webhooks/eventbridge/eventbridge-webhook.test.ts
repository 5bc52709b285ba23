import { describe, expect, it } from 'vitest';
import { notification, post as postToSns, signed, snsIntake } from '../sns/sns-intake.ts';
import { eventbridgeIntake, key, referenceEvent } from './eventbridge-examples.ts';

describe('POST /webhooks/eventbridge', () => {
  it.each([{ 'x-api-key': key }, { authorization: `Bearer ${key.replaceAll(' ', '-')}` }])(
    'writes down the event as it came, with the key in %j',
    async (headers) => {
      const { inbox, post } = eventbridgeIntake([key, key.replaceAll(' ', '-')]);
      const event = referenceEvent();
      const answer = await post(event, headers);
      const [kept] = inbox.deliveries();
      expect(answer).toEqual({ status: 202, id: kept?.id });
      expect(kept).toMatchObject({
        source: 'codecommit',
        deliveryId: event['id'],
        event: 'referenceUpdated',
        repository: 'MyDemoRepo',
        headers: {},
      });
      expect(Buffer.from(kept?.body ?? []).toString()).toBe(JSON.stringify(event));
    },
  );

  it('answers what EventBridge delivers again as a duplicate', async () => {
    const { inbox, post } = eventbridgeIntake();
    await post(referenceEvent());
    const again = await post(referenceEvent({ oldCommitId: undefined }));
    expect(again).toEqual({ status: 202, id: inbox.deliveries()[0]?.id, duplicate: true });
  });

  it.each([
    ['key-missing', {}],
    ['key-missing', { 'x-api-key': '' }],
    ['key-missing', { authorization: `Basic ${btoa(`x:${key}`)}` }],
    ['key-mismatch', { 'x-api-key': 'another' }],
    ['key-mismatch', { 'x-api-key': key.slice(1) }],
    ['key-mismatch', { 'x-api-key': `${key}, ${key}` }],
  ])('refuses as %s whoever comes with %j', async (code, headers) => {
    const { inbox, post } = eventbridgeIntake();
    expect(await post(referenceEvent(), headers)).toMatchObject({ status: 401, code });
    expect([...inbox.refusals()]).toEqual([[`codecommit ${code}`, 1]]);
    expect(inbox.deliveries()).toEqual([]);
  });

  it.each([[[]], [['']]])('refuses everything when it has no key: %j', async (keys) => {
    const { post } = eventbridgeIntake(keys);
    const answer = await post(referenceEvent(), { 'x-api-key': '' });
    expect(answer).toMatchObject({ status: 401, code: 'secret-not-configured' });
    expect(answer.detail).toContain('CODECOMMIT_EVENTBRIDGE_KEY');
  });

  it.each([
    ['body-not-json', '{'],
    ['payload-malformed', {}],
    ['payload-malformed', referenceEvent({}, { source: 'aws.s3' })],
    ['payload-malformed', referenceEvent({}, { id: undefined })],
    ['payload-malformed', referenceEvent({}, { id: '../../etc' })],
    ['payload-malformed', referenceEvent({}, { detail: null })],
  ])('refuses as %s a body like %j', async (code, event) => {
    const { post } = eventbridgeIntake();
    expect(await post(event)).toMatchObject({ status: 400, code });
  });

  it('makes one delivery of an event that comes by a topic of SNS as well', async () => {
    const { app, inbox } = snsIntake();
    const message = signed(notification({ Message: JSON.stringify(referenceEvent()) }));
    expect(await postToSns(app, message)).toMatchObject({ status: 202 });
    expect(inbox.deliveries()).toMatchObject([
      { deliveryId: referenceEvent()['id'], event: 'referenceUpdated' },
    ]);
  });
});
