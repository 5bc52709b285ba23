import { setTimeout as sleep } from 'node:timers/promises';
import { Hono } from 'hono';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { type AppEnv, stoppingOf } from './app-env.ts';

/** `ok`, or what is wrong, for each part the service cannot work without. */
export type Readiness = () => Promise<Record<string, 'ok' | string>>;

const readyTimeoutMs = 5_000;

/** `/healthz`: this process answers. `/readyz`: it can do its work, so that a load balancer may send it some. */
export function healthRoutes(options: { ready: Readiness; log: Pick<Log, 'warn'> }): Hono<AppEnv> {
  async function look(): Promise<Record<string, string>> {
    const late = new AbortController();
    try {
      return await Promise.race([
        options.ready(),
        sleep(readyTimeoutMs, { service: `no answer within ${readyTimeoutMs} ms` }, late),
      ]);
    } catch (error) {
      options.log.warn({ err: error }, `whether the service is ready could not be told: ${messageOf(error)}`);
      return { service: 'its parts could not be looked at; the log says why' };
    } finally {
      late.abort();
    }
  }

  return new Hono<AppEnv>()
    .get('/healthz', (context) => context.json({ status: 'ok' }, 200, { 'cache-control': 'no-store' }))
    .get('/readyz', async (context) => {
      const parts = stoppingOf(context)?.aborted ? { service: 'draining' } : await look();
      const isReady = Object.values(parts).every((part) => part === 'ok');
      return context.json({ status: isReady ? 'ready' : 'not ready', parts }, isReady ? 200 : 503, {
        'cache-control': 'no-store',
      });
    });
}
