import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export type Hammering = {
  requests: number;
  /** What was wrong with each request that was not answered as it should be. */
  failures: string[];
  /** How often each version answered. */
  answers: Map<string, number>;
  /** The longest that anybody waited. */
  slowestMs: number;
};

const customers = 4;
const pauseMs = 10;
const timeoutMs = 10_000;

/**
 * Customers who ask for the shop's page again and again, each time over a new connection, as browsers that have just
 * come do. Whatever is not a page of some version counts as a failure. `stop` answers once the last has its answer.
 */
export function startHammer(url: string) {
  const seen: Hammering = { requests: 0, failures: [], answers: new Map(), slowestMs: 0 };
  let isOver = false;

  async function customer(): Promise<void> {
    while (!isOver) {
      const begunAt = performance.now();
      await versionOf(url).then(
        (version) => seen.answers.set(version, (seen.answers.get(version) ?? 0) + 1),
        (error: unknown) => seen.failures.push(String(error)),
      );
      seen.requests += 1;
      seen.slowestMs = Math.max(seen.slowestMs, performance.now() - begunAt);
      await delay(pauseMs);
    }
  }

  const all = Array.from({ length: customers }, customer);
  return {
    seen,
    async stop(): Promise<Hammering> {
      isOver = true;
      await Promise.all(all);
      return seen;
    },
  };
}

/** The version that answers. No retries: a customer makes none either. */
export function versionOf(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, timeout: timeoutMs }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body += text;
      });
      response.on('error', reject);
      response.on('end', () => {
        const [, version] = /"version":"(\d+)"/.exec(body) ?? [];
        if (response.statusCode === 200 && version !== undefined) resolve(version);
        else reject(new Error(`answered with ${response.statusCode} ${body.slice(0, 80)}`));
      });
    });
    request.on('timeout', () => request.destroy(new Error(`no answer in ${timeoutMs} ms`)));
    request.on('error', reject);
  });
}
