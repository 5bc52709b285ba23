import { type Context, Hono } from 'hono';
import type { Faults } from './faults.ts';
import type { Delivery, Hook, Webhooks } from './webhooks.ts';

/** The webhooks of a repository and the log of what was sent to them. Only who has the token may see them. */
export function hookApi(parts: {
  webhooks: Webhooks;
  faults: Faults;
  /** Undefined where the repository does not exist for whoever asks. */
  hooksOf: (path: { owner: string; repo: string }, authorization: string | undefined) => Hook[] | undefined;
  error: (message: string, status: number) => object;
}): Hono {
  const { webhooks, faults } = parts;
  const app = new Hono().basePath('/repos/:owner/:repo/hooks');

  const notFound = (c: Context) => c.json(parts.error('Not Found', 404), 404);
  const hooksFor = (c: Context) => {
    const { owner = '', repo = '' } = c.req.param();
    return parts.hooksOf({ owner, repo }, c.req.header('authorization'));
  };
  const hookFor = (c: Context) => hooksFor(c)?.find(({ id }) => String(id) === c.req.param('hook'));
  const deliveryFor = (c: Context) => {
    const hook = hookFor(c);
    return webhooks
      .deliveries()
      .find(({ id, hookId }) => hookId === hook?.id && String(id) === c.req.param('delivery'));
  };

  app.use(async (c, next) => {
    if (faults.hooks === undefined) return next();
    const { status, headers = {} } = faults.hooks;
    return c.json(parts.error(`Fault ${status}`, status), status, headers);
  });

  app.get('/', (c) => {
    const hooks = hooksFor(c);
    if (hooks === undefined) return notFound(c);
    return c.json(
      hooks.map(({ id, url, contentType, events, createdAt }) => ({
        type: 'Repository',
        id,
        name: 'web',
        active: true,
        events,
        config: { content_type: contentType, url, insecure_ssl: '0' },
        created_at: createdAt.toISOString(),
        updated_at: createdAt.toISOString(),
      })),
    );
  });

  // Newest first, and from page to page by a cursor that says nothing to whoever gets it.
  app.get('/:hook/deliveries', (c) => {
    const hook = hookFor(c);
    if (hook === undefined) return notFound(c);
    const perPage = Math.min(Number(c.req.query('per_page') ?? 30), 100);
    const cursor = c.req.query('cursor');
    const below = cursor === undefined ? Number.POSITIVE_INFINITY : Number(cursor.replace('v1_', ''));
    const rest = webhooks
      .deliveries()
      .filter(({ id, hookId }) => hookId === hook.id && id < below)
      .reverse();
    const page = rest.slice(0, perPage);
    const last = page.at(-1);
    if (last && rest.length > perPage) {
      const next = new URL(c.req.url);
      next.searchParams.set('cursor', `v1_${last.id}`);
      c.header('link', `<${next}>; rel="next"`);
    }
    return c.json(page.map(attemptJson));
  });

  app.get('/:hook/deliveries/:delivery', (c) => {
    const delivery = deliveryFor(c);
    if (delivery === undefined) return notFound(c);
    return c.json({
      ...attemptJson(delivery),
      request: { headers: delivery.request.headers, payload: delivery.payload },
      response: { headers: {}, payload: delivery.response?.body ?? null },
    });
  });

  app.post('/:hook/deliveries/:delivery/attempts', async (c) => {
    const delivery = deliveryFor(c);
    if (delivery === undefined) return notFound(c);
    webhooks.redeliver(delivery.id).catch(() => {});
    return c.json({}, 202);
  });

  return app;
}

/** https://docs.github.com/en/rest/repos/webhooks#list-deliveries-for-a-repository-webhook */
function attemptJson(delivery: Delivery) {
  const { id, guid, deliveredAt, redelivery, durationMs, response, event, action } = delivery;
  const isOk = response !== undefined && response.status < 300;
  return {
    id,
    guid,
    delivered_at: deliveredAt.toISOString(),
    redelivery,
    duration: durationMs / 1_000,
    status: isOk
      ? 'OK'
      : response === undefined
        ? 'failed to connect to host'
        : `Invalid HTTP Response: ${response.status}`,
    status_code: response?.status ?? 0,
    event,
    action: action ?? null,
    installation_id: null,
    repository_id: 1,
    throttled_at: null,
  };
}
