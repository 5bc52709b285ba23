import { ConsecutiveBreaker, circuitBreaker, handleWhen, TimeoutStrategy, timeout, wrap } from 'cockatiel';
import { messageOf } from '../errors.ts';
import { ForgeRefusal } from '../runs/forge.ts';

export type GithubApi = {
  /** Rejects with `ForgeRefusal` for what GitHub will never take, with another error for what may pass. */
  post(path: string, body: string, contentType: string, signal?: AbortSignal): Promise<void>;
};

const timeoutMs = 10_000;
const userAgent = 'hookline';
const apiVersion = '2022-11-28';
/** GitHub's limits are counted by the hour; a longer wait than that is a slip of somebody's clock. */
const mostQuietMs = 60 * 60_000;
/** "Wait for at least one minute", where an answer names no time. */
const unnamedQuietMs = 60_000;

/**
 * Calls to the REST API: each bounded in time, none for a while after several failed one after another, and none
 * before the time that GitHub named when it said that there were too many.
 */
export function createGithubApi(options: { apiUrl: string; token?: string; now?: () => number }): GithubApi {
  const { now = Date.now } = options;
  let quietUntilMs = 0;
  const outage = handleWhen((error) => !(error instanceof ForgeRefusal));
  const policy = wrap(
    circuitBreaker(outage, { halfOpenAfter: 5_000, breaker: new ConsecutiveBreaker(8) }),
    timeout(timeoutMs, TimeoutStrategy.Aggressive),
  );

  return {
    async post(path, body, contentType, signal) {
      if (now() < quietUntilMs) {
        throw new Error(`GitHub wants no requests before ${new Date(quietUntilMs).toISOString()}`);
      }
      await policy.execute(async (context) => {
        const response = await reach(`${options.apiUrl}${path}`, {
          method: 'POST',
          body,
          redirect: 'error',
          signal: context.signal,
          headers: {
            accept: 'application/vnd.github+json',
            'content-type': contentType,
            'user-agent': userAgent,
            'x-github-api-version': apiVersion,
            ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
          },
        });
        if (response.ok) {
          await response.body?.cancel();
          return;
        }
        const text = await response.text();
        const limitMs = limitOf(response, text, now());
        quietUntilMs = Math.max(quietUntilMs, now() + limitMs);
        throw problemOf(response, text, path, limitMs > 0);
      }, signal);
    },
  };
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
  return hopeless ? new ForgeRefusal('refused', message) : new Error(message);
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
