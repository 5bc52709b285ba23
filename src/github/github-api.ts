import { TimeoutStrategy, timeout, wrap } from 'cockatiel';
import { type Clock, systemClock } from '../clock.ts';
import { messageOf } from '../errors.ts';
import { restingBreaker } from '../resting-breaker.ts';
import { ForgeRefusal } from '../runs/forge.ts';
import type { GithubAccess, Permissions } from './github-access.ts';

export type GithubApi = {
  /** The text of the answer. Rejects with `ForgeRefusal` for what GitHub will never take, with another error for what may pass. */
  post(path: string, body: object, signal?: AbortSignal): Promise<string>;
  patch(path: string, body: object, signal?: AbortSignal): Promise<string>;
  /** Rejects as `post` does, and rather than spend what is left of the hour's requests: that is for statuses. */
  get(path: string, signal?: AbortSignal, etag?: string): Promise<GithubAnswer>;
};

/**
 * `next`: the cursor of the following page, when there is one. `isUnchanged`: the answer that had the given `etag` still
 * holds, and this one is empty.
 */
export type GithubAnswer = { text: string; next?: string; etag?: string; isUnchanged?: true };

const timeoutMs = 10_000;
const userAgent = 'hookline';
const apiVersion = '2022-11-28';
/** GitHub's limits are counted by the hour; a longer wait than that is a slip of somebody's clock. */
const mostQuietMs = 60 * 60_000;
/** "Wait for at least one minute", where an answer names no time. */
const unnamedQuietMs = 60_000;
/** The share of the hour's requests that reading leaves to others who use the token. */
const reservedShare = 0.2;

/**
 * Calls to the REST API: each bounded in time, none for a while after several failed one after another, and none
 * before the time that GitHub named when it said that there were too many.
 */
export function createGithubApi(options: {
  apiUrl: string;
  /** Absent: as nobody. */
  access?: GithubAccess;
  /** What is asked for here needs these and no more. */
  permissions?: Permissions;
  clock?: Pick<Clock, 'now' | 'elapsed'>;
}): GithubApi {
  const { access, permissions = {}, clock = systemClock } = options;
  // By what passes: a clock that is set back would make a rest of seconds one of hours.
  let quietUntilMs = 0;
  let readsFromMs = 0;
  const outage = (error: unknown) => !(error instanceof ForgeRefusal);
  const policy = wrap(restingBreaker(outage), timeout(timeoutMs, TimeoutStrategy.Aggressive));
  const headers = {
    accept: 'application/vnd.github+json',
    'user-agent': userAgent,
    'x-github-api-version': apiVersion,
  };

  /** A token that is refused before its time was revoked: one more try with another. */
  async function send(path: string, request: RequestInit, signal: AbortSignal): Promise<Response> {
    const url = `${options.apiUrl}${path}`;
    const once = async () => {
      const credential = await access?.credentialFor(repositoryIn(path), permissions);
      const authorized = new Headers({ ...headers, ...request.headers });
      if (credential) authorized.set('authorization', `Bearer ${credential.token}`);
      const sent = { ...request, headers: authorized, redirect: 'error', signal } as const;
      return { credential, response: await reach(url, sent) };
    };
    const first = await once();
    if (first.response.status !== 401 || !first.credential?.drop) return first.response;
    await first.response.body?.cancel();
    first.credential.drop();
    return (await once()).response;
  }

  async function ask<T>(
    path: string,
    request: RequestInit,
    read: (response: Response) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const quietMs = quietUntilMs - clock.elapsed();
    if (quietMs > 0) throw new Error(`GitHub wants no requests before ${timeIn(quietMs)}`);
    return policy.execute(async (context) => {
      const response = await send(path, request, context.signal);
      if (response.ok || response.status === 304) return read(response);
      const text = await response.text();
      const limitMs = limitOf(response, text, clock.now());
      quietUntilMs = Math.max(quietUntilMs, clock.elapsed() + limitMs);
      throw problemOf(response, text, path, limitMs > 0);
    }, signal);
  }

  function timeIn(delayMs: number): string {
    return new Date(clock.now() + delayMs).toISOString();
  }

  function write(
    method: 'POST' | 'PATCH',
    path: string,
    body: object,
    signal?: AbortSignal,
  ): Promise<string> {
    const request = { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    return ask(path, request, (response) => response.text(), signal);
  }

  return {
    post: (path, body, signal) => write('POST', path, body, signal),
    patch: (path, body, signal) => write('PATCH', path, body, signal),

    async get(path, signal, etag) {
      const scarceMs = readsFromMs - clock.elapsed();
      if (scarceMs > 0) {
        throw new Error(
          `few of the requests of this hour are left; nothing is read before ${timeIn(scarceMs)}`,
        );
      }
      return ask(
        path,
        etag === undefined ? {} : { headers: { 'if-none-match': etag } },
        async (response) => {
          readsFromMs = clock.elapsed() + scarcityOf(response.headers, clock.now());
          const next = nextCursor(response.headers.get('link') ?? '');
          const text = await response.text();
          const tag = response.headers.get('etag');
          return {
            text,
            ...(next === undefined ? {} : { next }),
            ...(tag === null ? {} : { etag: tag }),
            ...(response.status === 304 ? { isUnchanged: true as const } : {}),
          };
        },
        signal,
      );
    },
  };
}

/** `/repos/OWNER/NAME/…` */
function repositoryIn(path: string): string {
  return path.split('/').slice(2, 4).join('/');
}

/** How long until the hour's requests are full again, 0 while there are enough of them. */
function scarcityOf(headers: Headers, nowMs: number): number {
  const most = Number(headers.get('x-ratelimit-limit') ?? Number.NaN);
  const left = Number(headers.get('x-ratelimit-remaining') ?? Number.NaN);
  // A comparison with what is not a number holds for no server: Enterprise may have no limits at all.
  if (!(left < most * reservedShare)) return 0;
  const resetMs = Number(headers.get('x-ratelimit-reset')) * 1_000 - nowMs;
  return Math.min(mostQuietMs, Math.max(1_000, resetMs));
}

/** https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api#using-link-headers */
function nextCursor(link: string): string | undefined {
  const [, url] = /<([^<>]*)>;\s*rel="next"/.exec(link) ?? [];
  return url === undefined ? undefined : (new URL(url).searchParams.get('cursor') ?? undefined);
}

/** `fetch` says of every failure that it failed; why stands in its cause. */
async function reach(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch (error) {
    if (request.signal?.aborted) throw error;
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new Error(`${new URL(url).origin} cannot be reached: ${messageOf(cause)}`, { cause: error });
  }
}

/**
 * How long no request is wanted, 0 when that is not what the answer says.
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 */
function limitOf({ status, headers }: Response, text: string, nowMs: number): number {
  if (status !== 403 && status !== 429) return 0;
  const retryAfterS = Number(headers.get('retry-after') ?? Number.NaN);
  if (Number.isFinite(retryAfterS)) return Math.min(mostQuietMs, retryAfterS * 1_000);
  if (headers.get('x-ratelimit-remaining') === '0') {
    const resetMs = Number(headers.get('x-ratelimit-reset')) * 1_000 - nowMs;
    return Math.min(mostQuietMs, Math.max(1_000, resetMs));
  }
  return status === 429 || /rate limit/i.test(text) ? unnamedQuietMs : 0;
}

function problemOf(response: Response, text: string, path: string, limited: boolean): Error {
  const message = `GitHub answered ${response.status} to ${path}: ${messageIn(text)}`;
  const hopeless = response.status >= 400 && response.status < 500 && response.status !== 408 && !limited;
  const code = response.status === 404 || response.status === 410 ? 'not-found' : 'refused';
  return hopeless ? new ForgeRefusal(code, message) : new Error(message);
}

function messageIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === 'string') return message.slice(0, 300);
  } catch {
    // A proxy answered with a page of its own.
  }
  return text.slice(0, 200);
}
