import { messageOf } from '../../../src/errors.ts';

/** What the daemon answered, in its own words made fit for a person; `status` is absent when no answer came. */
export class DaemonError extends Error {
  readonly status: number | undefined;

  constructor(message: string, status: number | undefined, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DaemonError';
    this.status = status;
  }
}

/**
 * Makes one call of the daemon with a limit of time, after which it is given up (its connection is cut; the daemon may go on
 * with it). The limit and the signal hold for the call, not for a stream that it answers with. Rejects with the signal's
 * reason when that is aborted, with a `DaemonError` otherwise.
 */
export async function callDaemon<T>(
  what: string,
  limit: { timeoutMs: number; signal?: AbortSignal | undefined },
  call: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { timeoutMs, signal } = limit;
  signal?.throwIfAborted();
  const connection = new AbortController();
  const { promise: cut, reject } = Promise.withResolvers<never>();
  const giveUp = (reason: unknown) => {
    // The race is lost first, so that the reason is not hidden behind the connection's own error.
    reject(reason);
    connection.abort();
  };
  const onAbort = () => giveUp(signal?.reason);
  const timer = setTimeout(() => giveUp(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([call(connection.signal), cut]);
  } catch (error) {
    signal?.throwIfAborted();
    throw new DaemonError(`${scrub(wordsOf(error))} (${what})`, statusOf(error), { cause: error });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** No answer at all: nobody listens, the connection broke, or time ran out. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof DaemonError && error.status === undefined;
}

/** Another call is at the same thing already. */
export function isConflict(error: unknown): boolean {
  return error instanceof DaemonError && error.status === 409;
}

/** The thing asked about is not there, or no longer. */
export function isGone(error: unknown): boolean {
  return error instanceof DaemonError && error.status === 404;
}

const SHOWN_CHARS = 400;

/** Takes out what a user of the service has no business with: credentials, and bytes that steer a terminal. */
export function scrub(words: string): string {
  const clean = words
    .replaceAll(/\p{Cc}+/gu, ' ')
    .replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^/\s@]+@/gi, '$1***@')
    .replaceAll(/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 ***')
    .replaceAll(/([?&](?:[\w-]*(?:token|signature|credential|secret|password)[\w-]*)=)[^&\s"]+/gi, '$1***')
    .trim();
  return clean.length > SHOWN_CHARS ? `${clean.slice(0, SHOWN_CHARS)}…` : clean;
}

function wordsOf(error: unknown): string {
  const body = error instanceof Error && 'json' in error ? error.json : undefined;
  if (typeof body === 'object' && body !== null && 'message' in body && typeof body.message === 'string') {
    return body.message;
  }
  return messageOf(error);
}

function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}
