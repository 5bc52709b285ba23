import { createRoute, z } from '@hono/zod-openapi';
import type { History } from '../../runs/history.ts';
import { type AskReplay, replayRefusal } from '../../runs/replay-delivery.ts';
import { HttpRefusal } from '../http-refusal.ts';
import { type ApiApp, idParameter, jsonAnswer, problems } from './api-app.ts';
import { by } from './command-routes.ts';
import { deliverySummaryJson, deliveryToJson } from './delivery-json.ts';

const replay = createRoute({
  method: 'post',
  path: '/api/v1/deliveries/{id}/replay',
  summary: 'Plan a stored delivery anew, as a delivery of its own; what it made before stays',
  request: {
    params: idParameter,
    body: { content: { 'application/json': { schema: z.strictObject({ by }) } }, required: true },
  },
  responses: {
    202: jsonAnswer('The new delivery, written down and about to be planned', deliverySummaryJson),
    ...problems,
  },
});

export function addReplayRoute(
  app: ApiApp,
  { history, askReplay }: { history: Pick<History, 'delivery'>; askReplay: AskReplay },
): void {
  app.openapi(replay, async (context) => {
    const { id } = context.req.valid('param');
    const asked = await askReplay(id, context.req.valid('json').by);
    if (asked.answer === 'unknown') {
      throw new HttpRefusal('delivery-not-found', `there is no delivery "${id}"`);
    }
    if (asked.answer === 'pending') throw new HttpRefusal('replay-refused', replayRefusal);
    const delivery = await history.delivery(asked.id);
    if (!delivery) throw new Error(`delivery ${asked.id} was written and is not there`);
    return context.json(deliveryToJson(delivery), 202);
  });
}
