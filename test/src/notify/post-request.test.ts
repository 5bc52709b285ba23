import { afterEach, describe, expect, it } from 'vitest';
import { parseAddressRule } from '../../../src/notify/address-rule.ts';
import { postRequest } from '../../../src/notify/post-request.ts';
import { travisMessage } from '../../../src/notify/travis-message.ts';
import { webhookMessage } from '../../../src/notify/webhook-message.ts';
import { NotifyRefusal } from '../../../src/runs/notification.ts';
import { isSignedBy, startHookReceiver } from './hook-receiver.ts';
import { sampleReport } from './sample-report.ts';

type Receiver = Awaited<ReturnType<typeof startHookReceiver>>;
const receivers: Receiver[] = [];
afterEach(() => Promise.all(receivers.splice(0).map((each) => each.close())));

async function receiver(): Promise<Receiver> {
  const started = await startHookReceiver();
  receivers.push(started);
  return started;
}

const secret = 'sixteen letters and more';
const signal = AbortSignal.timeout(30_000);

function allowing(text?: string) {
  const parsed = parseAddressRule(text);
  if (!parsed.ok) throw new Error('no rule');
  return { rule: parsed.rule, signal };
}

const here = allowing('127.0.0.1');
const failed = (posting: Promise<void>) =>
  posting.then(
    () => 'was sent',
    (error: unknown) => error,
  );

describe('a webhook', () => {
  it('is signed over its time and its very body, and has an id that stays', async () => {
    const { url, received } = await receiver();
    const report = sampleReport();
    for (const nowMs of [1_700_000_000_500, 1_700_000_060_000]) {
      await postRequest(webhookMessage(report, { url: `${url}/hook?a=b`, secret, nowMs }), here);
    }
    const [first, second] = received;
    expect(first?.path).toBe('/hook?a=b');
    expect(received.map((each) => isSignedBy(secret, each))).toEqual([true, true]);
    expect(received.map((each) => isSignedBy('another secret altogether', each))).toEqual([false, false]);
    expect(received.map(({ headers }) => headers['x-hookline-delivery'])).toEqual([report.id, report.id]);
    expect(received.map(({ headers }) => headers['x-hookline-timestamp'])).toEqual([
      '1700000000',
      '1700000060',
    ]);
    expect(second?.headers['content-type']).toBe('application/json');
    expect(JSON.parse(first?.body ?? '')).toMatchObject({
      event: 'run.finished',
      repository: 'octo/app',
      run: {
        number: 42,
        status: 'failure',
        result: 'Broken',
        previousStatus: 'success',
        branch: 'main',
        durationMs: 66_000,
      },
      failed: [{ job: 'test', step: 'npm test' }],
    });
  });

  it('has no signature where there is no secret', async () => {
    const { url, received } = await receiver();
    await postRequest(webhookMessage(sampleReport(), { url, secret: undefined, nowMs: 0 }), here);
    expect(received[0]?.headers).not.toHaveProperty('x-hookline-signature-256');
  });

  it('of a .travis.yml has the body that Travis sends', async () => {
    const { url, received } = await receiver();
    await postRequest(travisMessage(sampleReport(), { url, secret, nowMs: 0 }), here);
    expect(isSignedBy(secret, received[0] ?? { path: '', headers: {}, body: '' })).toBe(true);
    const payload: unknown = JSON.parse(new URLSearchParams(received[0]?.body).get('payload') ?? '');
    expect(payload).toMatchObject({
      number: '42',
      type: 'push',
      state: 'failed',
      status: 1,
      status_message: 'Broken',
      branch: 'main',
      duration: 66,
      repository: { name: 'app', owner_name: 'octo' },
    });
  });
});

describe('an address that a pipeline names', () => {
  it.each([
    ['its address', (port: number) => `http://127.0.0.1:${port}/`],
    ['its address as one number', (port: number) => `http://2130706433:${port}/`],
    ['its address in IPv6', (port: number) => `http://[::ffff:127.0.0.1]:${port}/`],
    ['its name', (port: number) => `http://localhost:${port}/`],
  ])('is not called when it is this machine by %s', async (_, urlOf) => {
    const { port, received } = await receiver();
    const error = await failed(postRequest({ url: urlOf(port), headers: {}, body: '{}' }, allowing()));
    expect(error).toBeInstanceOf(NotifyRefusal);
    expect(error).toMatchObject({ code: 'not-allowed' });
    expect(received).toEqual([]);
  });

  it('is called by a name that the installation allows', async () => {
    const { port, received } = await receiver();
    const post = { url: `http://localhost:${port}/`, headers: {}, body: '{}' };
    // The receiver listens for IPv4 alone; with the name allowed Node tries both.
    await postRequest(post, allowing('localhost'));
    expect(received).toHaveLength(1);
  });

  it('leads nowhere else', async () => {
    const [door, inside] = [await receiver(), await receiver()];
    door.answers.push({ status: 302, location: inside.url });
    const error = await failed(postRequest({ url: door.url, headers: {}, body: '{}' }, here));
    expect(error).toMatchObject({ code: 'refused' });
    expect(inside.received).toEqual([]);
  });

  it.each([
    [400, true],
    [404, true],
    [410, true],
    [408, false],
    [429, false],
    [500, false],
    [503, false],
  ])('that answers %i is given up: %s', async (status, isForGood) => {
    const { url, answers } = await receiver();
    answers.push({ status, body: 'no\n  such room' });
    const error = await failed(postRequest({ url: `${url}/key-in-the-path`, headers: {}, body: '{}' }, here));
    expect(error instanceof NotifyRefusal).toBe(isForGood);
    expect(String(error)).toContain(`127.0.0.1 answered ${status}: no such room`);
    expect(String(error)).not.toContain('key-in-the-path');
  });

  it('that nobody listens at is tried again', async () => {
    const gone = await startHookReceiver();
    await gone.close();
    const error = await failed(postRequest({ url: gone.url, headers: {}, body: '{}' }, here));
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(NotifyRefusal);
  });
});
