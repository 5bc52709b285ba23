import { z } from '@hono/zod-openapi';
import type { DeliverySummary, RefusalCount } from '../../runs/history.ts';
import { runSummaryJson } from './run-json.ts';
import { timeJson, timeOf } from './wire.ts';

export const deliveryOutcomes = ['pending', 'runs', 'ignored'] as const;

export const deliverySummaryJson = z
  .object({
    id: z.string(),
    source: z.enum(['github', 'codecommit', 'git', 'hookline']),
    deliveryId: z.string().openapi({ description: 'As the sender calls it.' }),
    event: z.string(),
    repository: z.string().optional(),
    receivedAt: timeJson,
    correlationId: z.string(),
    outcome: z.enum(deliveryOutcomes),
    reason: z.string().optional().openapi({ description: 'Why it makes no run, in words.' }),
    problem: z.string().optional().openapi({ description: 'Why it still waits; it is tried again.' }),
    recovered: z.literal(true).optional().openapi({
      description:
        "It never arrived by itself: it was found in the provider's log, or its commit at the head of its reference.",
    }),
    replayOf: z.string().optional().openapi({ description: 'The delivery that was played again as this.' }),
    askedBy: z.string().optional().openapi({ description: 'Who asked for the replay.' }),
    runIds: z.array(z.string()),
  })
  .openapi('DeliverySummary');

export const deliveryJson = deliverySummaryJson
  .extend({
    runs: z.array(runSummaryJson),
    replays: z.array(z.string()).openapi({ description: 'The deliveries that it was played again as.' }),
  })
  .openapi('Delivery');

export const refusalJson = z
  .object({ source: z.string(), reason: z.string(), count: z.int(), lastAt: timeJson })
  .openapi('RefusalCount');

export function deliveryToJson(delivery: DeliverySummary): z.infer<typeof deliverySummaryJson> {
  const { id, source, deliveryId, event, repository, correlationId, outcome, reason, problem } = delivery;
  const { recovered, replayOf, askedBy, runIds } = delivery;
  return {
    id,
    source,
    deliveryId,
    event,
    repository,
    receivedAt: timeOf(delivery.receivedAtMs),
    correlationId,
    outcome,
    reason,
    problem,
    recovered,
    replayOf,
    askedBy,
    runIds,
  };
}

export function refusalToJson({ lastAtMs, ...rest }: RefusalCount): z.infer<typeof refusalJson> {
  return { ...rest, lastAt: timeOf(lastAtMs) };
}
