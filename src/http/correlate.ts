import type { MiddlewareHandler } from 'hono';
import { type Log, withCorrelation } from '../log.ts';
import type { AppEnv } from './app-env.ts';

/** A caller may bring an id of its own; anything that could forge a log line or a header is replaced. */
const acceptable = /^[A-Za-z0-9._-]{8,64}$/;

/** Gives each request an id, in the answer and in every log line, and logs how the request ended. */
export function correlate(options: {
  log: Pick<Log, 'debug' | 'info'>;
  now: () => number;
  newId: () => string;
}): MiddlewareHandler<AppEnv> {
  const { log, now, newId } = options;
  return async (context, next) => {
    const offered = context.req.header('x-correlation-id');
    const correlationId = offered !== undefined && acceptable.test(offered) ? offered : newId();
    context.set('correlationId', correlationId);
    await withCorrelation(correlationId, async () => {
      const startedAtMs = now();
      await next();
      const { method, path } = context.req;
      const { status } = context.res;
      const line = { correlationId, method, path, status, tookMs: now() - startedAtMs };
      // Polling pages ask all the time: what went well is for whoever looks closely.
      if (status < 400) log.debug(line, 'answered a request');
      else log.info(line, 'answered a request with a no');
    });
    context.header('x-correlation-id', correlationId);
  };
}
