import { createRoute, z } from '@hono/zod-openapi';
import type { DeliveryFilter, History } from '../../runs/history.ts';
import { HttpRefusal } from '../http-refusal.ts';
import { type ApiApp, idParameter, jsonAnswer, nextLink, pageQuery, problems } from './api-app.ts';
import { answerJson } from './conditional.ts';
import {
  deliveryJson,
  deliveryOutcomes,
  deliverySummaryJson,
  deliveryToJson,
  refusalJson,
  refusalToJson,
} from './delivery-json.ts';
import { runSummaryToJson } from './run-json.ts';

const listDeliveries = createRoute({
  method: 'get',
  path: '/api/v1/deliveries',
  summary: 'Deliveries that were verified and written down, newest first',
  request: {
    query: z.strictObject({
      repository: z.string().min(1).max(300).optional(),
      outcome: z
        .enum(deliveryOutcomes, { error: `must be one of ${deliveryOutcomes.join(', ')}` })
        .optional(),
      ...pageQuery,
    }),
  },
  responses: {
    200: jsonAnswer(
      'A page of deliveries; `next` is there when more follow',
      z.object({ items: z.array(deliverySummaryJson), next: z.string().optional() }),
    ),
    ...problems,
  },
});

const listRefusals = createRoute({
  method: 'get',
  path: '/api/v1/deliveries/refusals',
  summary: 'How many deliveries were refused, by sender and reason',
  responses: { 200: jsonAnswer('The counts', z.object({ items: z.array(refusalJson) })), ...problems },
});

const getDelivery = createRoute({
  method: 'get',
  path: '/api/v1/deliveries/{id}',
  summary: 'One delivery and the runs it made',
  request: { params: idParameter },
  responses: { 200: jsonAnswer('The delivery', deliveryJson), ...problems },
});

export function addDeliveryRoutes(
  app: ApiApp,
  history: Pick<History, 'listDeliveries' | 'delivery' | 'refusals'>,
): void {
  app.openapi(listDeliveries, async (context) => {
    const { limit, before, repository, outcome } = context.req.valid('query');
    const filter: DeliveryFilter = {
      ...(repository === undefined ? {} : { repository }),
      ...(outcome === undefined ? {} : { outcome }),
    };
    const { items, next } = await history.listDeliveries(filter, { limit, ...(before && { before }) });
    const page = { items: items.map(deliveryToJson), next };
    return answerJson(context, page, nextLink(context.req.url, next));
  });

  // Before the route of one delivery, which would take "refusals" for an id.
  app.openapi(listRefusals, async (context) => {
    const counts = await history.refusals();
    return answerJson(context, { items: counts.map(refusalToJson) });
  });

  app.openapi(getDelivery, async (context) => {
    const { id } = context.req.valid('param');
    const delivery = await history.delivery(id);
    if (!delivery) throw new HttpRefusal('delivery-not-found', `there is no delivery "${id}"`);
    return answerJson(context, {
      ...deliveryToJson(delivery),
      runs: delivery.runs.map(runSummaryToJson),
      replays: delivery.replays,
    });
  });
}
