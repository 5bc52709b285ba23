import { createRoute, z } from '@hono/zod-openapi';
import type { OrderRunners } from '../../runs/order-runners.ts';
import { everyRunner, type RunnerRegistry } from '../../runs/runner-registry.ts';
import { HttpRefusal } from '../http-refusal.ts';
import { type ApiApp, jsonAnswer, problems } from './api-app.ts';
import { by } from './command-routes.ts';
import { answerJson } from './conditional.ts';
import { orderJson, orderToJson, runnerJson, runnerToJson } from './runner-json.ts';

const runnersJson = z.object({
  items: z.array(runnerJson),
  all: orderJson.optional().openapi({ description: 'The order that every runner is under.' }),
});

const listRunners = createRoute({
  method: 'get',
  path: '/api/v1/runners',
  summary: 'Runners and deployers: how each is, and what it carries out',
  responses: {
    200: jsonAnswer('All that were heard of in the last month, by name', runnersJson),
    ...problems,
  },
});

const verbs = { drain: 'drain', pause: 'pause', resume: 'work' } as const;

const orderRunners = createRoute({
  method: 'post',
  path: '/api/v1/runners/{runner}/{verb}',
  summary:
    'Drain (take no new job, finish what is under way), pause (take no new job) or resume; the order is kept over restarts',
  request: {
    params: z.object({
      runner: z.string().min(1).max(200).openapi({
        description: 'The id of a runner, the name of a host for all that run there, or * for every runner.',
      }),
      verb: z.enum(['drain', 'pause', 'resume'], { error: 'must be drain, pause or resume' }),
    }),
    body: { content: { 'application/json': { schema: z.strictObject({ by }) } }, required: true },
  },
  responses: { 200: jsonAnswer('Those that it holds for, as they are', runnersJson), ...problems },
});

export function addRunnerRoutes(
  app: ApiApp,
  ports: { registry: Pick<RunnerRegistry, 'list'>; orderRunners: OrderRunners; now: () => number },
): void {
  app.openapi(listRunners, async (context) => {
    const { runners, all } = await ports.registry.list();
    const items = runners.map((runner) => runnerToJson(runner, all, ports.now()));
    return answerJson(context, { items, ...(all === undefined ? {} : { all: orderToJson(all) }) });
  });

  app.openapi(orderRunners, async (context) => {
    const { runner: which, verb } = context.req.valid('param');
    const answer = await ports.orderRunners(which, verbs[verb], context.req.valid('json').by);
    if (answer.outcome === 'unknown') {
      const known = answer.names.length === 0 ? 'none is known' : `known: ${answer.names.join(', ')}`;
      throw new HttpRefusal('runner-not-found', `there is no runner "${which}"; ${known}`);
    }
    const { runners, all } = await ports.registry.list();
    const meant = new Set(answer.runners.map(({ id }) => id));
    const items = runners
      .filter(({ id }) => which === everyRunner || meant.has(id))
      .map((runner) => runnerToJson(runner, all, ports.now()));
    return context.json({ items, ...(all === undefined ? {} : { all: orderToJson(all) }) }, 200);
  });
}
