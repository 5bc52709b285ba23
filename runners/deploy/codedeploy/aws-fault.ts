import { messageOf } from '../../../src/errors.ts';

/**
 * What an error of the SDK means for the call that met it.
 *
 * - `busy`: the deployment group is deploying; nothing was created.
 * - `throttled`: AWS did not look at the call at all.
 * - `unsent`: there was no connection, so nothing was asked.
 * - `unknown`: the call may have been carried out; only looking tells.
 * - `refused`: AWS said no, for good.
 * - `bug`: not an error of a call.
 */
export type AwsFaultKind = 'busy' | 'throttled' | 'unsent' | 'unknown' | 'refused' | 'bug';

export type AwsFault = {
  readonly kind: AwsFaultKind;
  /** The name that AWS or the SDK gives the error. */
  readonly name: string;
  readonly message: string;
};

const throttles = new Set([
  'ThrottlingException',
  'Throttling',
  'ThrottledException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'RequestThrottledException',
]);

const unsent = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH']);

const broken = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'ERR_SOCKET_CONNECTION_TIMEOUT']);

export function readAwsFault(error: unknown): AwsFault {
  const name = error instanceof Error ? error.name : 'Error';
  return { kind: kindOf(error, name), name, message: messageOf(error) };
}

/** Whether the same call may well succeed later. */
export function isPassing({ kind }: AwsFault): boolean {
  return kind === 'throttled' || kind === 'unsent' || kind === 'unknown';
}

function kindOf(error: unknown, name: string): AwsFaultKind {
  if (name === 'DeploymentLimitExceededException') return 'busy';
  if (throttles.has(name)) return 'throttled';
  if (name === 'CredentialsProviderError') return 'refused';
  const code = textOf(error, 'code');
  if (unsent.has(code)) return 'unsent';
  if (broken.has(code) || name === 'TimeoutError') return 'unknown';
  const status = statusOf(error);
  if (status === undefined) return 'bug';
  if (status === 429) return 'throttled';
  // A success that cannot be read is an answer that was damaged on its way.
  return status >= 500 || status < 400 ? 'unknown' : 'refused';
}

function statusOf(error: unknown): number | undefined {
  const metadata = fieldsOf(fieldsOf(error)['$metadata'])['httpStatusCode'];
  const response = fieldsOf(fieldsOf(error)['$response'])['statusCode'];
  const status = metadata ?? response;
  return typeof status === 'number' ? status : undefined;
}

function textOf(error: unknown, key: string): string {
  const value = fieldsOf(error)[key];
  return typeof value === 'string' ? value : '';
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(ownEntries(value)) : {};
}

/** `$response` is not enumerable, so that nobody logs it by accident. */
function ownEntries(value: object): [string, unknown][] {
  return Object.getOwnPropertyNames(value).map((key) => [key, Reflect.get(value, key)]);
}
