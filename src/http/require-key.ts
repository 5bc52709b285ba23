import type { Context, MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import type { AppEnv } from './app-env.ts';
import { HttpRefusal } from './http-refusal.ts';
import { isSessionGood, sameKey, sessionCookie } from './session.ts';

const challenge = { 'www-authenticate': 'Bearer realm="hookline"' };

/**
 * Lets a request on that brings the key (`Authorization: Bearer`) or the cookie of a signed-in browser. A browser
 * that asks for a page is sent to the sign-in form; everything else gets a 401.
 *
 * Without a key the service is open, to this machine: the request must be addressed to a loopback name. A web page
 * whose name was made to point at 127.0.0.1, or a tunnel opened for webhooks, is thereby kept out.
 */
export function requireKey(options: { apiKey?: string; now: () => number }): MiddlewareHandler<AppEnv> {
  const { apiKey, now } = options;
  return async (context, next) => {
    if (apiKey === undefined) {
      assertLoopbackHost(context);
    } else if (!hasKey(context, apiKey, now())) {
      const signIn = signInUrl(context);
      if (signIn !== undefined) return context.redirect(signIn, 303);
    }
    return await next();
  };
}

/** True or false for browsers, who may be asked to sign in; a wrong or missing key of a program is refused. */
function hasKey(context: Context<AppEnv>, apiKey: string, nowMs: number): boolean {
  const authorization = context.req.header('authorization');
  if (authorization !== undefined) {
    const offered = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
    if (offered !== undefined && sameKey(offered, apiKey)) return true;
    throw new HttpRefusal(
      'key-wrong',
      'the Authorization header must be "Bearer" and the value of HOOKLINE_API_KEY; this one is not',
      { headers: { 'www-authenticate': 'Bearer realm="hookline", error="invalid_token"' } },
    );
  }
  const session = getCookie(context, sessionCookie);
  if (session !== undefined && isSessionGood(session, apiKey, nowMs)) return true;
  if (signInUrl(context) !== undefined) return false;
  throw new HttpRefusal(
    'key-missing',
    'this needs the API key of the service: send it as "Authorization: Bearer <key>"',
    { headers: challenge },
  );
}

/** Where a browser that wants a page is sent; programs and scripts of pages get an answer they understand. */
function signInUrl({ req }: Context<AppEnv>): string | undefined {
  if (req.path.startsWith('/api/') || req.method !== 'GET') return undefined;
  if (!req.header('accept')?.includes('text/html')) return undefined;
  const { pathname, search } = new URL(req.url);
  return `/login?next=${encodeURIComponent(pathname + search)}`;
}

const loopbackName = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

function assertLoopbackHost({ req }: Context<AppEnv>): void {
  const { hostname } = new URL(req.url);
  if (loopbackName.test(hostname)) return;
  throw new HttpRefusal(
    'host-not-allowed',
    `without HOOKLINE_API_KEY the service answers on this machine alone, and this request was for "${hostname}": set a key, or ask for localhost`,
  );
}
