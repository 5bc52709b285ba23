import { afterEach, describe, expect, it } from 'vitest';
import { forward, handler } from '../../bridges/codecommit-lambda/index.mjs';
import { codecommitRecord, signatureOf } from '../src/webhooks/codecommit/codecommit-intake.ts';
import { invokeLambda } from './lambda-process.ts';
import {
  type ReceivedRequest,
  type ScriptedAnswer,
  type ScriptedServer,
  startScriptedServer,
} from './scripted-server.ts';

const secret = 'shared with hookline';
const taken: ScriptedAnswer = { status: 202, body: '{"id":"1"}' };
const nothing: ReceivedRequest = { url: '', headers: {}, body: '' };
const startMs = 1_700_000_000_000;

const log = () => {};

let server: ScriptedServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** Lambda's clock stands still but for the function's own sleep, which takes no time of ours. */
async function send(
  answers: readonly ScriptedAnswer[],
  { timeoutMs = 60_000, records = 1 }: { timeoutMs?: number; records?: number } = {},
) {
  server = await startScriptedServer(answers);
  const customData = server.url;
  const Records = Array.from({ length: records }, (_, at) =>
    codecommitRecord({ customData, eventId: `event-${at + 1}` }),
  );
  let nowMs = startMs;
  const begin = performance.now();
  const waited: number[] = [];
  const context = {
    getRemainingTimeInMillis: () => timeoutMs - (nowMs - startMs) - (performance.now() - begin),
  };
  const sleep = async (ms: number) => {
    if (ms > 0) waited.push(ms);
    nowMs += ms;
  };
  const outcome = await forward({ Records }, context, { secret, now: () => nowMs, sleep, log }).then(
    (results) => ({ results, error: '' }),
    (error: unknown) => ({ results: [], error: String(error) }),
  );
  return { ...outcome, waited, received: server.received };
}

describe('the Lambda function of a CodeCommit trigger', () => {
  it('sends the record to the address of its custom data, signed with the time', async () => {
    const { received, results } = await send([taken]);
    expect(received).toHaveLength(1);
    const [{ url, headers, body } = nothing] = received;
    expect(url).toBe('/webhooks/codecommit');
    expect(headers['content-type']).toBe('application/json');
    expect(headers['x-hookline-timestamp']).toBe('1700000000');
    expect(headers['x-hookline-signature-256']).toBe(signatureOf(1_700_000_000, body, secret));
    expect(JSON.parse(body)).toMatchObject({ Records: [{ eventId: 'event-1' }] });
    expect(results).toEqual([{ eventId: 'event-1', status: 202, answer: '{"id":"1"}' }]);
  });

  it.each([{ status: 500 }, { status: 503 }, { status: 429 }, { status: 408 }, 'drop' as const])(
    'tries again after %j, the same event under a new signature',
    async (trouble) => {
      const { received, results } = await send([trouble, taken]);
      const [first, second] = received;
      expect(received).toHaveLength(2);
      expect(second?.body).toBe(first?.body);
      expect(second?.headers['x-hookline-timestamp']).toBe('1700000001');
      expect(second?.headers['x-hookline-signature-256']).toBe(
        signatureOf(1_700_000_001, second?.body ?? '', secret),
      );
      expect(results).toHaveLength(1);
    },
  );

  it('waits longer each time, and fails in the end, so that Lambda calls it again', async () => {
    const { received, waited, error } = await send([{ status: 503, body: 'inbox-unavailable' }]);
    expect(waited).toEqual([1_000, 2_000, 4_000, 8_000, 16_000]);
    expect(received).toHaveLength(6);
    expect(error).toMatch(/event event-1, part 1, was not taken by http:.*: 503 inbox-unavailable/);
  });

  it('waits as long as it is asked to', async () => {
    const { waited } = await send([{ status: 503, headers: { 'retry-after': '10' } }, taken]);
    expect(waited).toEqual([10_000]);
  });

  it.each([400, 401, 404, 413])('does not send again what was refused with %d', async (status) => {
    const { received, error } = await send([{ status, body: 'the reason' }]);
    expect(received).toHaveLength(1);
    expect(error).toContain(`${status} the reason`);
  });

  it('follows no redirection, and says where it would have led', async () => {
    const { received, error } = await send([
      { status: 301, headers: { location: 'https://elsewhere.example' } },
    ]);
    expect(received).toHaveLength(1);
    expect(error).toContain('301 https://elsewhere.example');
  });

  it('does not begin a wait that its own time would not outlast', async () => {
    const { received, waited, error } = await send([{ status: 503, body: 'down' }], { timeoutMs: 3_000 });
    expect(waited).toEqual([1_000]);
    expect(received).toHaveLength(2);
    expect(error).toContain('503 down');
  });

  it('gives up on an answer in time to say so', async () => {
    const begin = performance.now();
    const { error } = await send(['hang'], { timeoutMs: 800 });
    expect(performance.now() - begin).toBeLessThan(790);
    expect(error).toMatch(/was not taken by .*timeout/);
  });

  it('sends nothing when no time is left at all', async () => {
    const { received, error } = await send([taken], { timeoutMs: 100 });
    expect(received).toEqual([]);
    expect(error).toContain('give it a timeout of one minute');
  });

  it('makes a delivery of each record; one that fails keeps no other from being sent', async () => {
    const { received, error } = await send([{ status: 400, body: 'no' }, taken], { records: 3 });
    const ids = received.map(({ body }) => JSON.parse(body).Records[0].eventId as string);
    expect(ids.toSorted()).toEqual(['event-1', 'event-2', 'event-3']);
    expect(error).toContain(`event ${ids[0]}, part 1, was not taken`);
    expect(error).not.toContain(ids[1]);
  });

  it.each([undefined, '', 'hookline', 'http://ci.example.com/webhooks/codecommit', 'ftp://ci.example.com'])(
    'sends a secret-bearing request to no such address: %j',
    async (customData) => {
      const event = { Records: [codecommitRecord({ customData })] };
      const surroundings = { secret, now: () => startMs, sleep: async () => {}, log };
      await expect(forward(event, undefined, surroundings)).rejects.toThrow(/custom data is .*https:\/\/ci/);
    },
  );

  it.each([undefined, '', ' \n'])('says that its secret is missing when it is %j', async (missing) => {
    const surroundings = { secret: missing, now: () => startMs, sleep: async () => {}, log };
    await expect(forward({ Records: [] }, undefined, surroundings)).rejects.toThrow(
      'HOOKLINE_SECRET is not set',
    );
  });

  it('says that an event of something else is none of its own', async () => {
    const surroundings = { secret, now: () => startMs, sleep: async () => {}, log };
    await expect(forward({}, undefined, surroundings)).rejects.toThrow('the event has no Records');
  });

  it('takes its secret from its environment alone', async () => {
    await expect(handler({ Records: [] })).rejects.toThrow('HOOKLINE_SECRET is not set');
    server = await startScriptedServer([taken]);
    const event = { Records: [codecommitRecord({ customData: server.url })] };
    const results = await invokeLambda(event, { secret: `${secret}\n` });
    expect(results).toMatchObject([{ status: 202 }]);
    const [{ headers, body } = nothing] = server.received;
    const sentAt = String(headers['x-hookline-timestamp']);
    expect(headers['x-hookline-signature-256']).toBe(signatureOf(sentAt, body, secret));
    await expect(invokeLambda(event, { secret: undefined })).rejects.toThrow('HOOKLINE_SECRET is not set');
  });
});
