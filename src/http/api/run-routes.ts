import { createRoute, z } from '@hono/zod-openapi';
import type { History, RunFilter } from '../../runs/history.ts';
import { statuses } from '../../runs/run.ts';
import { HttpRefusal } from '../http-refusal.ts';
import { type ApiApp, idParameter, jsonAnswer, nextLink, pageQuery, problems } from './api-app.ts';
import { answerJson } from './conditional.ts';
import { changeEvents, runJson, runSummaryJson, runSummaryToJson, runToJson } from './run-json.ts';

const listRuns = createRoute({
  method: 'get',
  path: '/api/v1/runs',
  summary: 'Runs, newest first',
  request: {
    query: z.strictObject({
      repository: z.string().min(1).max(300).optional().openapi({ example: 'owner/name' }),
      branch: z.string().min(1).max(300).optional(),
      status: z.enum(statuses, { error: `must be one of ${statuses.join(', ')}` }).optional(),
      event: z.enum(changeEvents, { error: `must be one of ${changeEvents.join(', ')}` }).optional(),
      sha: z
        .string()
        .regex(/^[0-9a-fA-F]{7,64}$/, 'must be a commit id in hex, or its first 7 digits or more')
        .optional(),
      ...pageQuery,
    }),
  },
  responses: {
    200: jsonAnswer(
      'A page of runs; `next` is there when more follow',
      z.object({ items: z.array(runSummaryJson), next: z.string().optional() }),
    ),
    ...problems,
  },
});

const getRun = createRoute({
  method: 'get',
  path: '/api/v1/runs/{id}',
  summary: 'One run with its jobs, attempts, steps, artifacts, deployments and commit statuses',
  request: { params: idParameter },
  responses: { 200: jsonAnswer('The run', runJson), ...problems },
});

export function addRunRoutes(app: ApiApp, history: Pick<History, 'listRuns' | 'run'>): void {
  app.openapi(listRuns, async (context) => {
    const { limit, before, repository, branch, status, event, sha } = context.req.valid('query');
    const filter: RunFilter = {
      ...(repository === undefined ? {} : { repository }),
      ...(branch === undefined ? {} : { branch }),
      ...(status === undefined ? {} : { status }),
      ...(event === undefined ? {} : { event }),
      ...(sha === undefined ? {} : { sha: sha.toLowerCase() }),
    };
    const { items, next } = await history.listRuns(filter, { limit, ...(before && { before }) });
    const page = { items: items.map(runSummaryToJson), next };
    return answerJson(context, page, nextLink(context.req.url, next));
  });

  app.openapi(getRun, async (context) => {
    const { id } = context.req.valid('param');
    const run = await history.run(id);
    if (!run) throw new HttpRefusal('run-not-found', `there is no run "${id}"`);
    return answerJson(context, runToJson(run));
  });
}
