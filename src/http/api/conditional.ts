import { hash } from 'node:crypto';
import type { Context, TypedResponse } from 'hono';
import type { JSONParsed } from 'hono/utils/types';
import type { AppEnv } from '../app-env.ts';

/** Whether the caller already has this version (RFC 9110, section 13.1.2: tags are compared weakly). */
export function hasCurrent(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const strong = (tag: string) => tag.trim().replace(/^W\//, '');
  return ifNoneMatch.split(',').some((tag) => strong(tag) === strong(etag));
}

/**
 * Answers with JSON under an ETag made of the answer itself, or with 304 where the caller has it already. The type
 * says 200 alone: a caller who gets a 304 asked for one.
 */
export function answerJson<T>(
  context: Context<AppEnv>,
  value: T,
  headers: Readonly<Record<string, string>> = {},
): Response & TypedResponse<JSONParsed<T>, 200, 'json'> {
  const text = JSON.stringify(value);
  const etag = `"${hash('sha256', text, 'base64url').slice(0, 27)}"`;
  const common = { etag, 'cache-control': 'private, no-cache', ...headers };
  const answer = hasCurrent(context.req.header('if-none-match'), etag)
    ? context.newResponse(null, 304, common)
    : context.newResponse(text, 200, { 'content-type': 'application/json', ...common });
  return answer as Response & TypedResponse<JSONParsed<T>, 200, 'json'>;
}
