import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createGithubApi } from '../../../src/github/github-api.ts';
import { ForgeRefusal } from '../../../src/runs/forge.ts';

type Answer = { status: number; headers?: Record<string, string>; message?: string };

let server: Server | undefined;
afterEach(async () => {
  const closing = server;
  server = undefined;
  if (closing) await new Promise((resolve) => closing.close(resolve));
});

const startMs = 1_800_000_000_000;

/** An API that gives these answers in turn, and a clock that only the test moves. */
async function scripted(...answers: Answer[]) {
  let requests = 0;
  let nowMs = startMs;
  server = createServer((_, response) => {
    const { status, headers = {}, message = '' } = answers[requests] ?? { status: 201 };
    requests += 1;
    response.writeHead(status, { connection: 'close', ...headers }).end(JSON.stringify({ message }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const api = createGithubApi({ apiUrl, token: 'token', now: () => nowMs });
  return {
    post: () => api.post('/repos/acme/app/statuses/1', '{}', 'application/json'),
    requests: () => requests,
    sleep: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('a limit of the rate', () => {
  const inTwoMinutes = String(startMs / 1_000 + 120);
  it.each<[string, Answer, number]>([
    ['with the seconds to wait', { status: 403, headers: { 'retry-after': '7' } }, 7_000],
    [
      'with the time of its end',
      { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inTwoMinutes } },
      120_000,
    ],
    ['in words alone', { status: 403, message: 'You have exceeded a secondary rate limit.' }, 60_000],
    ['as 429', { status: 429 }, 60_000],
  ])('%s: nothing is asked before it is over', async (_, limited, waitMs) => {
    const github = await scripted(limited);
    await expect(github.post()).rejects.toThrow(/GitHub answered 4/);
    github.sleep(waitMs - 1);
    await expect(github.post()).rejects.toThrow(/GitHub wants no requests before/);
    expect(github.requests()).toBe(1);
    github.sleep(1);
    await github.post();
    expect(github.requests()).toBe(2);
  });

  it('is no refusal, for it passes', async () => {
    const github = await scripted({ status: 403, headers: { 'retry-after': '1' } });
    await expect(github.post()).rejects.not.toBeInstanceOf(ForgeRefusal);
  });
});

describe('an answer that will not get better', () => {
  it.each([401, 403, 404, 422])('%i is a refusal with the words of GitHub', async (status) => {
    const github = await scripted({ status, message: 'Resource not accessible' });
    const refusal = github.post();
    await expect(refusal).rejects.toBeInstanceOf(ForgeRefusal);
    await expect(refusal).rejects.toThrow(/Resource not accessible/);
  });
});

it('a server that is away is named, with the reason', async () => {
  const api = createGithubApi({ apiUrl: 'http://127.0.0.1:1' });
  await expect(api.post('/x', '{}', 'application/json')).rejects.toThrow(
    /http:\/\/127\.0\.0\.1:1 cannot be reached: .*(ECONNREFUSED|bad port)/,
  );
});
