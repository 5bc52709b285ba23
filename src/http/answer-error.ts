import { STATUS_CODES } from 'node:http';
import type { Context, ErrorHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { Refusal } from '../errors.ts';
import type { Log } from '../log.ts';
import type { AppEnv } from './app-env.ts';
import { HttpRefusal } from './http-refusal.ts';
import { problemResponse } from './problem.ts';

/**
 * Everything that is thrown becomes a problem. An expected no is told to the caller; anything else is a bug or an
 * outage, which the log gets whole and the caller as "internal error" under an id by which to find it there.
 */
export function answerError(options: { log: Pick<Log, 'error'>; newId: () => string }): ErrorHandler<AppEnv> {
  return (error, context) => {
    const correlationId = correlationIdOf(context) ?? options.newId();
    if (error instanceof HttpRefusal) {
      return answerRefusal(error, correlationId);
    }
    // The store alone can tell a cursor that it never gave out.
    if (error instanceof Refusal && error.code === 'bad-cursor') {
      const parameters = [{ name: 'before', in: 'query', detail: error.message }];
      return problemResponse({
        status: 400,
        code: 'bad-parameter',
        detail: error.message,
        correlationId,
        parameters,
      });
    }
    if (error instanceof HTTPException && error.status < 500) {
      const { status, message } = error;
      const detail = message || (STATUS_CODES[status] ?? 'the request was refused');
      return problemResponse({ status, code: 'refused', detail, correlationId });
    }
    const { method, path } = context.req;
    options.log.error({ err: error, correlationId, method, path }, 'a request failed');
    return problemResponse({
      status: 500,
      code: 'internal-error',
      detail: 'internal error; the service has logged it under this correlation id',
      correlationId,
    });
  };
}

export function answerRefusal(refusal: HttpRefusal, correlationId: string): Response {
  const { status, code, message, details } = refusal;
  const { parameters, headers } = details;
  const problem = { status, code, detail: message, correlationId };
  return problemResponse(parameters ? { ...problem, parameters } : problem, headers);
}

/** Absent where an error comes before the middleware that sets it, as on webhooks. */
function correlationIdOf(context: Context<AppEnv>): string | undefined {
  return context.get('correlationId') as string | undefined;
}
