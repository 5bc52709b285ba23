import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from './app-env.ts';
import { HttpRefusal } from './http-refusal.ts';

/**
 * A page of another site must not act through the browser of somebody who is signed in here, or who runs the service
 * openly on a laptop. Browsers say where a request comes from (Sec-Fetch-Site, else Origin); programs say nothing.
 */
export function refuseCrossSite(): MiddlewareHandler<AppEnv> {
  return async ({ req }, next) => {
    if (req.method !== 'GET' && req.method !== 'HEAD' && isCrossSite((name) => req.header(name))) {
      throw new HttpRefusal('cross-site', 'a page of another site may not send this request');
    }
    await next();
  };
}

function isCrossSite(header: (name: string) => string | undefined): boolean {
  const site = header('sec-fetch-site');
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const origin = header('origin');
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== header('host');
}
