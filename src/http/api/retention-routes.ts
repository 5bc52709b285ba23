import { createRoute, z } from '@hono/zod-openapi';
import type { Expired, Retention, RetentionPolicy } from '../../runs/retention.ts';
import { type ApiApp, jsonAnswer, problems } from './api-app.ts';
import { timeJson, timeOf } from './wire.ts';

const expiredJson = z
  .object({
    kind: z.enum(['artifact', 'log']),
    id: z.string().openapi({ description: "The artifact's; of a log `<job>/<attempt>`." }),
    runId: z.string(),
    runNumber: z.int(),
    repository: z.string(),
    ref: z.string(),
    jobName: z.string(),
    attempt: z.int(),
    fileName: z.string().optional(),
    sizeBytes: z.int(),
    finishedAt: timeJson.openapi({ description: 'When its run ended.' }),
    because: z.string().openapi({ description: 'Why it goes, for people.' }),
  })
  .openapi('Expired');

const policyJson = z
  .object({
    artifactDays: z.number().optional(),
    artifactRuns: z.int().optional().openapi({ description: 'Of each branch, tag and pull request.' }),
    logDays: z.number().optional(),
  })
  .openapi('RetentionPolicy', { description: 'What is absent sets no limit.' });

const answer = z.object({ policy: policyJson, items: z.array(expiredJson), more: z.boolean() });

const look = createRoute({
  method: 'get',
  path: '/api/v1/retention',
  summary: 'The policy by which artifacts and logs are kept, and what would go by it now',
  responses: { 200: jsonAnswer('The oldest first; `more` says that there are others', answer), ...problems },
});

const carryOut = createRoute({
  method: 'post',
  path: '/api/v1/retention/prune',
  summary: 'Remove now what the policy lets go of, which else happens by itself within ten minutes',
  responses: { 200: jsonAnswer('What was removed', answer), ...problems },
});

const mostShown = 1_000;
const dayMs = 86_400_000;

export function addRetentionRoutes(app: ApiApp, retention: Retention): void {
  const answerOf = (items: readonly Expired[]): z.infer<typeof answer> => ({
    policy: policyToJson(retention.policy),
    items: items.slice(0, mostShown).map(expiredToJson),
    more: items.length > mostShown,
  });
  app.openapi(look, async (context) => context.json(answerOf(await retention.expired(mostShown + 1)), 200));
  app.openapi(carryOut, async (context) =>
    context.json(answerOf(await retention.prune(context.req.raw.signal)), 200),
  );
}

function policyToJson({ artifactMs, artifactRuns, logMs }: RetentionPolicy): z.infer<typeof policyJson> {
  return {
    ...(artifactMs === undefined ? {} : { artifactDays: artifactMs / dayMs }),
    ...(artifactRuns === undefined ? {} : { artifactRuns }),
    ...(logMs === undefined ? {} : { logDays: logMs / dayMs }),
  };
}

function expiredToJson({ jobId: _, finishedAtMs, ...rest }: Expired): z.infer<typeof expiredJson> {
  return { ...rest, finishedAt: timeOf(finishedAtMs) };
}
