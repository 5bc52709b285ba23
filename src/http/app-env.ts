import type { Context } from 'hono';

/** What a request brings along. */
export type AppEnv = {
  Bindings: ServerBindings;
  Variables: { correlationId: string };
};

/** What the server gives the app with each request. */
export type ServerBindings = {
  /** Aborted when the server takes no more requests: streams end, and `/readyz` says so. */
  stopping?: AbortSignal;
};

export function stoppingOf(context: Context<AppEnv>): AbortSignal | undefined {
  // Without a server around the app, as under `app.request()`, there are no bindings at all.
  const bindings: ServerBindings | undefined = context.env;
  return bindings?.stopping;
}
