import { z } from '@hono/zod-openapi';
import { ticketQueues } from '../../contract/ticket.ts';
import { conditionOf, orderFor, runnerConditions } from '../../runs/runner-condition.ts';
import type { GivenOrder, KnownRunner } from '../../runs/runner-registry.ts';
import { timeJson, timeOf } from './wire.ts';

export const orderJson = z
  .object({ order: z.enum(['drain', 'pause']), by: z.string(), at: timeJson })
  .openapi('RunnerOrder');

export const runnerJson = z
  .object({
    id: z.string().openapi({ description: 'The same after a restart.' }),
    name: z.string().openapi({ description: 'The name of its host.' }),
    kind: z.enum(ticketQueues).openapi({ description: 'What it carries out.' }),
    status: z.enum(runnerConditions),
    order: orderJson.optional().openapi({ description: 'Its own, else that for every runner.' }),
    version: z.string(),
    engine: z.string().optional(),
    labels: z.array(z.string()),
    slots: z.int(),
    busy: z.int(),
    startedAt: timeJson,
    lastSeenAt: timeJson,
    jobs: z.array(
      z.object({
        jobId: z.string(),
        jobName: z.string(),
        runId: z.string(),
        runNumber: z.int(),
        repository: z.string(),
        startedAt: timeJson.optional(),
      }),
    ),
  })
  .openapi('Runner');

export function runnerToJson(
  runner: KnownRunner,
  all: GivenOrder | undefined,
  nowMs: number,
): z.infer<typeof runnerJson> {
  const { id, name, kind, version, engine, labels, slots, busy } = runner;
  const order = orderFor(runner, all);
  return {
    id,
    name,
    kind,
    status: conditionOf(runner, all, nowMs),
    ...(order === undefined ? {} : { order: orderToJson(order) }),
    version,
    ...(engine === undefined ? {} : { engine }),
    labels: [...labels],
    slots,
    busy,
    startedAt: timeOf(runner.startedAtMs),
    lastSeenAt: timeOf(runner.seenAtMs),
    jobs: runner.jobs.map(({ startedAtMs, ...job }) => ({
      ...job,
      ...(startedAtMs === undefined ? {} : { startedAt: timeOf(startedAtMs) }),
    })),
  };
}

export function orderToJson({ order, by, atMs }: GivenOrder): z.infer<typeof orderJson> {
  return { order, by, at: timeOf(atMs) };
}
