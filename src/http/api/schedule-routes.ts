import { createRoute, z } from '@hono/zod-openapi';
import type { Schedule, ScheduleBook } from '../../runs/schedule.ts';
import { type ApiApp, jsonAnswer, nextLink, pageQuery, problems } from './api-app.ts';
import { answerJson } from './conditional.ts';
import { timeJson, timeOf } from './wire.ts';

export const scheduleJson = z
  .object({
    id: z.string(),
    repository: z.string(),
    branch: z.string(),
    cron: z.string().openapi({ example: '0 3 * * 1-5' }),
    timezone: z.string().openapi({ example: 'Europe/Paris' }),
    missed: z.enum(['skip', 'once']),
    dueAt: timeJson.optional().openapi({ description: 'When it is due next.' }),
    lastDueAt: timeJson.optional(),
    lastDeliveryId: z.string().optional().openapi({ description: 'What was made of it then.' }),
    pipelineDigest: z.string().openapi({ description: 'Of the pipeline file that it stands in.' }),
  })
  .openapi('Schedule');

const listSchedules = createRoute({
  method: 'get',
  path: '/api/v1/schedules',
  summary: 'The times at which branches are built, by the pipeline files at their heads',
  request: { query: z.strictObject({ repository: z.string().min(1).max(300).optional(), ...pageQuery }) },
  responses: {
    200: jsonAnswer(
      'A page of schedules; `next` is there when more follow',
      z.object({ items: z.array(scheduleJson), next: z.string().optional() }),
    ),
    ...problems,
  },
});

export function addScheduleRoutes(app: ApiApp, schedules: Pick<ScheduleBook, 'list'>): void {
  app.openapi(listSchedules, async (context) => {
    const { limit, before, repository } = context.req.valid('query');
    const filter = repository === undefined ? {} : { repository };
    const { items, next } = await schedules.list(filter, { limit, ...(before && { before }) });
    return answerJson(context, { items: items.map(scheduleToJson), next }, nextLink(context.req.url, next));
  });
}

function scheduleToJson(schedule: Schedule): z.infer<typeof scheduleJson> {
  const { id, branch, cron, timezone, missed, digest, dueAtMs, lastDueAtMs, lastDeliveryId } = schedule;
  return {
    id,
    repository: branch.repository,
    branch: branch.name,
    cron,
    timezone,
    missed,
    ...(dueAtMs === undefined ? {} : { dueAt: timeOf(dueAtMs) }),
    ...(lastDueAtMs === undefined ? {} : { lastDueAt: timeOf(lastDueAtMs) }),
    ...(lastDeliveryId === undefined ? {} : { lastDeliveryId }),
    pipelineDigest: digest,
  };
}
