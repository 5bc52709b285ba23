import { Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import type { BlobStore } from '../blobs/blob-store.ts';
import type { LiveLogReader } from '../contract/live-log.ts';
import type { PublicKey } from '../contract/signing-key.ts';
import type { Log } from '../log.ts';
import type { AskRun } from '../runs/ask-run.ts';
import type { History } from '../runs/history.ts';
import type { OrderRunners } from '../runs/order-runners.ts';
import type { AskReplay } from '../runs/replay-delivery.ts';
import type { Retention } from '../runs/retention.ts';
import type { RunnerRegistry } from '../runs/runner-registry.ts';
import type { ScheduleBook } from '../runs/schedule.ts';
import { answerError, answerRefusal } from './answer-error.ts';
import { addDescription } from './api/add-description.ts';
import { createApiApp } from './api/api-app.ts';
import { addArtifactListRoute } from './api/artifact-list-route.ts';
import { addArtifactRoutes } from './api/artifact-routes.ts';
import { addCommandRoutes } from './api/command-routes.ts';
import { addDeliveryRoutes } from './api/delivery-routes.ts';
import { addProvenanceRoutes } from './api/provenance-routes.ts';
import { addReplayRoute } from './api/replay-route.ts';
import { addRetentionRoutes } from './api/retention-routes.ts';
import { addRunRoutes } from './api/run-routes.ts';
import { addRunnerRoutes } from './api/runner-routes.ts';
import { addScheduleRoutes } from './api/schedule-routes.ts';
import type { AppEnv } from './app-env.ts';
import { correlate } from './correlate.ts';
import { healthRoutes, type Readiness } from './health-routes.ts';
import { HttpRefusal } from './http-refusal.ts';
import { loginRoutes } from './login-routes.ts';
import type { FollowTimes } from './logs/follow-log.ts';
import { addLogStreamRoutes, type StreamLimits } from './logs/log-stream-routes.ts';
import { addLogTextRoutes } from './logs/log-text-routes.ts';
import { refuseCrossSite } from './refuse-cross-site.ts';
import { requireKey } from './require-key.ts';
import { schemaRoutes } from './schema-routes.ts';
import { securityHeaders } from './security-headers.ts';

export type AppOptions = {
  history: History;
  /** Absent: the API only reads. */
  askRun?: AskRun;
  /** Absent: nothing is said of runners, and nothing can be ordered. */
  runners?: { registry: Pick<RunnerRegistry, 'list'>; orderRunners: OrderRunners };
  /** Absent: no delivery can be replayed. */
  askReplay?: AskReplay;
  /** Of the key that artifacts are vouched for with. Absent: they are not. */
  publicKey?: PublicKey;
  /** Absent: nothing goes by policy. */
  retention?: Retention;
  /** Absent: no branch is built at times of its own. */
  schedules?: Pick<ScheduleBook, 'list'>;
  blobs: Pick<BlobStore, 'get'>;
  liveLogs: Pick<LiveLogReader, 'follow'>;
  /** HTML pages, under whole paths. Every one of them needs the key, or a browser that signed in with it. */
  pages?: Hono;
  /** Unset: the service is open to requests for a loopback name, and to no others. */
  apiKey?: string;
  publicUrl: string;
  ready: Readiness;
  log: Log;
  /** Milliseconds since 1970. */
  now: () => number;
  newId: () => string;
  streams?: StreamLimits;
  logTimes?: FollowTimes;
};

/**
 * What the service answers over HTTP, deliveries aside. Order matters: health is open to whoever watches, the schema
 * of pipeline files to editors; behind the
 * key stand the API and the pages. Deliveries never come here: the server hands them to routes of their own.
 */
export function createApp(options: AppOptions): Hono<AppEnv> {
  const { history, blobs, liveLogs, log, now, apiKey, publicUrl } = options;
  const key = apiKey === undefined ? {} : { apiKey };
  const app = new Hono<AppEnv>();
  app.onError(answerError(options));
  // Answered, not thrown: after an error nobody would look whether another method is allowed.
  app.notFound((context) =>
    answerRefusal(
      new HttpRefusal('not-found', `there is nothing at ${context.req.path}`),
      context.get('correlationId'),
    ),
  );

  app.use(correlate(options));
  app.use(securityHeaders());
  app.route('/', healthRoutes(options));
  app.route('/', schemaRoutes());
  app.use(refuseCrossSite());
  app.route('/', loginRoutes({ ...key, publicUrl, now, log }));
  app.use('/webhooks/*', ({ req }) => {
    throw new HttpRefusal('not-found', `no deliveries are taken at ${req.path}`);
  });
  app.use(requireKey({ ...key, now }));
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: ({ req }, methods) => {
        throw new HttpRefusal(
          'method-not-allowed',
          `${req.path} takes ${methods.join(', ')}, not ${req.method}`,
          {
            headers: { allow: methods.join(', ') },
          },
        );
      },
    }),
  );

  const api = createApiApp();
  const logPorts = { history, blobs, live: liveLogs, log, now };
  addRunRoutes(api, history);
  if (options.askRun) addCommandRoutes(api, { history, askRun: options.askRun });
  addDeliveryRoutes(api, history);
  if (options.askReplay) addReplayRoute(api, { history, askReplay: options.askReplay });
  if (options.schedules) addScheduleRoutes(api, options.schedules);
  if (options.runners) addRunnerRoutes(api, { ...options.runners, now });
  addLogTextRoutes(api, logPorts, options.logTimes);
  addLogStreamRoutes(api, logPorts, options.streams, options.logTimes);
  addArtifactListRoute(api, history);
  addArtifactRoutes(api, { history, blobs, log });
  if (options.publicKey) addProvenanceRoutes(api, { history, blobs, publicKey: options.publicKey });
  if (options.retention) addRetentionRoutes(api, options.retention);
  addDescription(api, { publicUrl, hasKey: apiKey !== undefined });
  app.route('/', api);
  if (options.pages) app.route('/', options.pages);
  return app;
}
