import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { Hono } from 'hono';
import { newId } from '../ids.ts';
import type { Log } from '../log.ts';
import type { AppEnv } from './app-env.ts';
import { problemResponse } from './problem.ts';
import { listenRefusal } from './serve-refusal.ts';

/** A path that is answered on node's own request and response, before the app and through nothing of it. */
export type DirectRoute = {
  path: string;
  /** Answers every method, and checks its senders itself. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
};

export type ServeOptions = {
  /** Routes that take deliveries. Each comes as fast as it can be written down, so nothing stands before them. */
  webhooks?: readonly DirectRoute[];
  host: string;
  /** 0 for any free port. */
  port: number;
  log: Pick<Log, 'info' | 'warn' | 'error'>;
  limits?: ServeLimits;
};

/** What a client may take its time with; one that takes longer is cut off, so that slow ones hold no sockets. */
export type ServeLimits = {
  headersMs: number;
  /** For the whole of a request, its body included. Senders of webhooks give up after 10 s themselves. */
  requestMs: number;
  /** Between requests; longer than the 60 s of common load balancers, or they would send into a closing socket. */
  keepAliveMs: number;
  /** Without a byte in either direction, for clients that stop reading what they asked for. */
  silentMs: number;
};

export const serveLimits: ServeLimits = {
  headersMs: 10_000,
  requestMs: 60_000,
  keepAliveMs: 65_000,
  silentMs: 120_000,
};

export type Server = {
  url: string;
  port: number;
  /** Still answers everybody, and ends each connection with its answer: clients come back on another one, elsewhere. */
  drain(): void;
  /**
   * Takes no more connections and ends streams, whose readers come back to whoever listens then; lets other requests
   * finish for up to `graceMs` and cuts off what is left. The first call counts, but a later one with 0 cuts off at once.
   */
  close(graceMs: number): Promise<void>;
};

/** Listens, or throws a `ServeRefusal` that says what to change. */
export async function serve(app: Pick<Hono<AppEnv>, 'fetch'>, options: ServeOptions): Promise<Server> {
  const { host, port, log, limits = serveLimits } = options;
  const stopping = new AbortController();
  const hurry = new AbortController();
  let isDraining = false;
  const bindings = { stopping: stopping.signal };
  const direct = new Map((options.webhooks ?? []).map((route) => [route.path, route]));
  const answerByApp = getRequestListener((request) => app.fetch(request, bindings), {
    errorHandler: (error) => strayError(error, log),
  });
  const server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: Math.min(5_000, limits.headersMs),
    },
    (request, response) => {
      const route = direct.get(pathOf(request.url ?? ''));
      if (!route) return void answerByApp(request, response);
      route
        .answer(request, response)
        .catch((error: unknown) => answerStray(response, strayError(error, log)));
    },
  );
  server.timeout = limits.silentMs;
  server.prependListener('request', (_request, response) => {
    if (isDraining) response.setHeader('connection', 'close');
  });

  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (error) {
    throw listenRefusal(error, host, port) ?? error;
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  const url = urlOf(host, address.port);
  log.info({ host, port: address.port }, `listening on ${url}`);

  async function stop(graceMs: number): Promise<void> {
    const closed = once(server, 'close');
    stopping.abort();
    server.close();
    // A connection kept alive turns idle once its last answer is out, and nothing else would end it.
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    const grace = new AbortController();
    const isClosed = await Promise.race([
      closed.then(() => true),
      sleep(graceMs, false, { signal: AbortSignal.any([grace.signal, hurry.signal]) }).catch(() => false),
    ]);
    grace.abort();
    clearInterval(sweep);
    if (isClosed) return;
    log.warn('requests were still under way when the grace ended and are cut off');
    server.closeAllConnections();
    await closed;
  }

  let stopped: Promise<void> | undefined;
  return {
    url,
    port: address.port,
    drain() {
      isDraining = true;
    },
    close(graceMs) {
      isDraining = true;
      if (graceMs <= 0) hurry.abort();
      stopped ??= stop(graceMs);
      return stopped;
    },
  };
}

/** Of a request's target. Proxies may send it as a whole URL (RFC 9112, section 3.2.2). */
function pathOf(target: string): string {
  if (!target.startsWith('/')) return URL.canParse(target) ? new URL(target).pathname : '';
  const end = target.indexOf('?');
  return end < 0 ? target : target.slice(0, end);
}

/** What never came to the app, for its host or path is no part of a URL, or what even the app let through. */
function strayError(error: unknown, log: Pick<Log, 'error'>): Response {
  const correlationId = newId();
  if (error instanceof RequestError) {
    const detail = `the request cannot be read: ${error.message}`;
    return problemResponse({ status: 400, code: 'request-unreadable', detail, correlationId });
  }
  log.error({ err: error, correlationId }, 'a request failed outside of the app');
  return problemResponse({ status: 500, code: 'internal-error', detail: 'internal error', correlationId });
}

async function answerStray(response: ServerResponse, answer: Response): Promise<void> {
  if (response.headersSent) response.destroy();
  else response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
}

/** An address that can be opened: "all interfaces" is none. */
function urlOf(host: string, port: number): string {
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
