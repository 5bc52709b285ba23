import { ConsecutiveBreaker, circuitBreaker, handleWhen, TimeoutStrategy, timeout, wrap } from 'cockatiel';
import { ForgeRefusal } from '../runs/forge.ts';

export type GithubApi = {
  /** Rejects with `ForgeRefusal` for what GitHub will never take, with another error for what may pass. */
  post(path: string, body: string, contentType: string, signal?: AbortSignal): Promise<void>;
};

const timeoutMs = 10_000;
const userAgent = 'hookline';
const apiVersion = '2022-11-28';

/** Calls to the REST API: each bounded in time, and none for a while after several failed one after another. */
export function createGithubApi(options: { apiUrl: string; token?: string }): GithubApi {
  const outage = handleWhen((error) => !(error instanceof ForgeRefusal));
  const policy = wrap(
    circuitBreaker(outage, { halfOpenAfter: 5_000, breaker: new ConsecutiveBreaker(8) }),
    timeout(timeoutMs, TimeoutStrategy.Aggressive),
  );

  return {
    async post(path, body, contentType, signal) {
      await policy.execute(async (context) => {
        const response = await fetch(`${options.apiUrl}${path}`, {
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
        throw problemOf(response, await response.text(), path);
      }, signal);
    },
  };
}

function problemOf(response: Response, text: string, path: string): Error {
  const message = `GitHub answered ${response.status} to ${path}: ${messageIn(text)}`;
  const limited =
    response.status === 429 ||
    response.headers.has('retry-after') ||
    response.headers.get('x-ratelimit-remaining') === '0';
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
