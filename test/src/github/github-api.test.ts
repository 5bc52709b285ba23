import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { tokenAccess } from '../../../src/github/github-access.ts';
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
  let elapsedMs = 0;
  server = createServer((_, response) => {
    const { status, headers = {}, message = '' } = answers[requests] ?? { status: 201 };
    requests += 1;
    response.writeHead(status, { connection: 'close', ...headers }).end(JSON.stringify({ message }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const api = createGithubApi({
    apiUrl,
    access: tokenAccess('token'),
    clock: { now: () => nowMs, elapsed: () => elapsedMs },
  });
  return {
    get: () => api.get('/repos/acme/app/hooks'),
    post: () => api.post('/repos/acme/app/statuses/1', {}),
    requests: () => requests,
    sleep: (ms: number) => {
      nowMs += ms;
      elapsedMs += ms;
    },
    setClock: (ms: number) => {
      nowMs = ms;
    },
  };
}

describe('a clock that is set back', () => {
  it('makes no rest longer that GitHub asked for', async () => {
    const github = await scripted({ status: 403, headers: { 'retry-after': '7' } });
    await expect(github.post()).rejects.toThrow(/GitHub answered 403/);
    github.setClock(startMs - 6 * 3_600_000);
    await expect(github.post()).rejects.toThrow(/wants no requests/);
    github.sleep(7_000);
    await github.post();
  });

  it('keeps nothing from being sent after an outage', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const github = await scripted(...Array.from({ length: 8 }, () => ({ status: 500 })));
    for (let times = 0; times < 8; times += 1)
      await expect(github.post()).rejects.toThrow(/GitHub answered 500/);
    await expect(github.post()).rejects.toThrow(/circuit breaker is open/);
    vi.setSystemTime(Date.now() - 6 * 3_600_000);
    vi.advanceTimersByTime(5_000);
    await github.post();
    expect(github.requests()).toBe(9);
  });
});

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
  await expect(api.post('/x', {})).rejects.toThrow(
    /http:\/\/127\.0\.0\.1:1 cannot be reached: .*(ECONNREFUSED|bad port)/,
  );
});

describe('reading', () => {
  const left = (remaining: number) => ({
    'x-ratelimit-limit': '5000',
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': String(startMs / 1_000 + 600),
  });

  it('leaves the last requests of the hour to the statuses', async () => {
    const github = await scripted({ status: 200, headers: left(999) }, { status: 201 });
    await github.get();
    await expect(github.get()).rejects.toThrow(/few of the requests of this hour are left/);
    await github.post();
    expect(github.requests()).toBe(2);
    github.sleep(600_000);
    await github.get();
    expect(github.requests()).toBe(3);
  });

  it('goes on while there are enough of them, and where nobody counts them', async () => {
    const github = await scripted({ status: 200, headers: left(1_000) }, { status: 200 }, { status: 200 });
    await github.get();
    await github.get();
    await github.get();
    expect(github.requests()).toBe(3);
  });

  it('answers with the cursor of the next page', async () => {
    const link = '<https://api.github.com/x?per_page=1&cursor=v1_42>; rel="next", <https://x/>; rel="prev"';
    const github = await scripted({ status: 200, headers: { link } }, { status: 200 });
    expect(await github.get()).toMatchObject({ next: 'v1_42' });
    expect(await github.get()).not.toHaveProperty('next');
  });
});
