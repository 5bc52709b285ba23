import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { memoryInbox } from '../../../../src/webhooks/memory-inbox.ts';
import { examplePayload, examples } from './examples.ts';
import { deliver, githubIntake, refusalIn, secret, signatureOf } from './github-intake.ts';

const ownNameOnly = ['push', 'pull_request', 'ping'];
const pushBody = JSON.stringify(examplePayload('push'));

describe('POST /webhooks/github', () => {
  it('writes down what the provider said, without signatures and credentials', async () => {
    const { app, inbox } = githubIntake();
    const response = await deliver(app, pushBody, {
      'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      'x-github-hook-id': '292430182',
      'x-hub-signature': 'sha1=7d38cdd689735b008b3c702edd92eea23791c5f6',
      authorization: 'Bearer something',
      cookie: 'session=1',
    });
    expect(response.status).toBe(202);
    const [kept] = inbox.deliveries();
    expect(kept).toMatchObject({
      source: 'github',
      deliveryId: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      event: 'push',
      repository: 'Codertocat/Hello-World',
      contentType: 'application/json',
      headers: { 'user-agent': 'GitHub-Hookshot/044aadd', 'x-github-hook-id': '292430182' },
      receivedAtMs: 1_700_000_000_000,
    });
    expect(Object.keys(kept?.headers ?? {})).toEqual(['user-agent', 'x-github-hook-id']);
    expect(response.headers.get('x-correlation-id')).toBe(kept?.correlationId);
    expect(kept?.id).toBe(kept?.correlationId);
  });

  it('takes pings, unknown events and unknown actions: what they come to is decided later', async () => {
    const { app, inbox } = githubIntake();
    const label = { ...examplePayload('label'), action: 'repainted' };
    const answers = [
      await deliver(app, JSON.stringify(examplePayload('ping')), { 'x-github-event': 'ping' }),
      await deliver(app, '{"zen":"of tomorrow"}', { 'x-github-event': 'invented_tomorrow' }),
      await deliver(app, '{"action":"anything"}', { 'x-github-event': 'constructor' }),
      await deliver(app, JSON.stringify(label), { 'x-github-event': 'label' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    expect(inbox.deliveries()).toHaveLength(4);
  });

  it('answers a redelivery, and a captured body under a new id, as duplicates of the first', async () => {
    const { app, inbox } = githubIntake();
    const guid = { 'x-github-delivery': randomUUID() };
    const first = await (await deliver(app, pushBody, guid)).json();
    expect(await (await deliver(app, pushBody, guid)).json()).toEqual({ ...first, duplicate: true });
    expect(await (await deliver(app, pushBody)).json()).toEqual({ ...first, duplicate: true });
    expect(inbox.deliveries()).toHaveLength(1);
  });

  it('knows the same event again when another hook sends it as a form', async () => {
    const { app } = githubIntake();
    await deliver(app, pushBody);
    const form = new URLSearchParams({ payload: pushBody }).toString();
    const again = await deliver(app, form, {
      'content-type': 'Application/X-WWW-Form-Urlencoded; charset=utf-8',
    });
    expect(await again.json()).toMatchObject({ duplicate: true });
  });

  it('answers 503 with Retry-After when the inbox cannot write, and takes the delivery once it can', async () => {
    const working = memoryInbox();
    let isDown = true;
    const { app } = githubIntake({
      inbox: {
        ...working,
        record: async (delivery) => {
          if (isDown) throw new Error('SQLITE_FULL: database or disk is full');
          return await working.record(delivery);
        },
      },
    });
    const guid = { 'x-github-delivery': randomUUID() };
    const refused = await deliver(app, pushBody, guid);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    const { status, code, detail } = await refusalIn(refused);
    expect({ status, code }).toEqual({ status: 503, code: 'inbox-unavailable' });
    expect(detail).not.toContain('SQLITE');

    isDown = false;
    const taken = await deliver(app, pushBody, guid);
    expect(taken.status).toBe(202);
    expect(await taken.json()).not.toHaveProperty('duplicate');
  });

  it('records each of 500 deliveries that arrive at once under an id of its own', async () => {
    const { app, inbox } = githubIntake();
    const answers = await Promise.all(
      Array.from({ length: 500 }, async (_, index) => {
        const response = await deliver(
          app,
          JSON.stringify({ ...examplePayload('push'), compare: `#${index}` }),
        );
        return response.status;
      }),
    );
    expect(new Set(answers)).toEqual(new Set([202]));
    expect(new Set(inbox.deliveries().map(({ id }) => id)).size).toBe(500);
  });

  it('records one of 500 equal deliveries that arrive at once', async () => {
    const { app, inbox } = githubIntake();
    const guid = { 'x-github-delivery': randomUUID() };
    const answers = await Promise.all(Array.from({ length: 500 }, () => deliver(app, pushBody, guid)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(inbox.deliveries()).toHaveLength(1);
  });

  it('tells another method which one it takes', async () => {
    const { app } = githubIntake();
    const response = await app.request('/webhooks/github');
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });

  it('answers in the form of RFC 9457', async () => {
    const { app } = githubIntake();
    const response = await deliver(app, 'not json');
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toEqual({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      code: 'body-not-json',
      detail: expect.stringContaining('not JSON'),
      correlationId: response.headers.get('x-correlation-id'),
    });
  });
});

describe('what a signed delivery must be', () => {
  it.each([
    ['no event', { 'x-github-event': undefined }, 'header-missing', 'X-GitHub-Event'],
    ['no id', { 'x-github-delivery': undefined }, 'header-missing', 'X-GitHub-Delivery'],
    ['a strange event', { 'x-github-event': 'Push!' }, 'header-malformed', 'X-GitHub-Event'],
    ['an endless id', { 'x-github-delivery': 'a'.repeat(101) }, 'header-malformed', 'X-GitHub-Delivery'],
  ])('with %s it is refused', async (_, headers, code, name) => {
    const { app, inbox } = githubIntake();
    const refusal = await refusalIn(await deliver(app, pushBody, headers));
    expect(refusal).toMatchObject({ status: 400, code, detail: expect.stringContaining(name) });
    expect(inbox.refusals().get(`github ${code}`)).toBe(1);
  });

  it.each([
    ['nothing', ''],
    ['half an object', '{"ref":'],
    ['another language', '<ref/>'],
  ])('is refused with a body that holds %s', async (_, body) => {
    const { app } = githubIntake();
    expect(await refusalIn(await deliver(app, body))).toMatchObject({ status: 400, code: 'body-not-json' });
  });

  it.each(['[]', '"text"', '7', 'null'])('is refused when its JSON is %s and not an object', async (body) => {
    const { app } = githubIntake();
    expect(await refusalIn(await deliver(app, body))).toMatchObject({
      status: 400,
      code: 'payload-not-an-object',
    });
  });

  it('is refused as a form without the field payload, with what to do', async () => {
    const { app } = githubIntake();
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(await refusalIn(await deliver(app, pushBody, form))).toEqual({
      status: 400,
      code: 'form-without-payload',
      detail: expect.stringContaining('application/json'),
    });
  });

  it('is refused when a push, a pull request or a ping comes under the name of any other event', async () => {
    const { app, inbox } = githubIntake();
    const otherNames = new Set(examples.map(({ event }) => event)).difference(new Set(ownNameOnly));
    for (const actual of ownNameOnly) {
      const body = JSON.stringify(examplePayload(actual));
      for (const claimed of otherNames) {
        const refusal = await refusalIn(await deliver(app, body, { 'x-github-event': claimed }));
        expect(refusal, `${actual} as ${claimed}`).toMatchObject({ status: 400, code: 'event-does-not-fit' });
      }
    }
    expect(inbox.deliveries()).toEqual([]);
  });

  it('is refused as a push, a pull request or a ping when it is an example of anything else', async () => {
    const { app, inbox } = githubIntake();
    for (const { label, event, payload } of examples) {
      for (const claimed of ownNameOnly.filter((name) => name !== event)) {
        const response = await deliver(app, JSON.stringify(payload), { 'x-github-event': claimed });
        expect(response.status, `${label} as ${claimed}`).toBe(400);
      }
    }
    expect(inbox.deliveries()).toEqual([]);
  });

  it('is refused when a push comes under a name nobody knows, so that the real one is no duplicate', async () => {
    const { app } = githubIntake();
    const invented = await deliver(app, pushBody, { 'x-github-event': 'invented' });
    expect(await refusalIn(invented)).toMatchObject({ status: 400, code: 'event-does-not-fit' });
    expect(await (await deliver(app, pushBody)).json()).not.toHaveProperty('duplicate');
  });

  it('is taken with a media type GitHub does not use: the signature has spoken for it', async () => {
    const { app } = githubIntake();
    expect((await deliver(app, pushBody, { 'content-type': 'text/plain' })).status).toBe(202);
  });

  it('is signed over its raw bytes: the same JSON written otherwise is another body', async () => {
    const { app } = githubIntake();
    const signature = signatureOf(pushBody, secret);
    const rewritten = JSON.stringify(JSON.parse(pushBody), null, 1);
    expect((await deliver(app, rewritten, { 'x-hub-signature-256': signature })).status).toBe(401);
  });
});
