import { createRoute, z } from '@hono/zod-openapi';
import type { History } from '../../runs/history.ts';
import { statuses } from '../../runs/run.ts';
import { type ApiApp, jsonAnswer, nextLink, pageQuery, problems } from './api-app.ts';
import { answerJson } from './conditional.ts';
import { artifactJson, artifactToJson } from './run-json.ts';

const listArtifacts = createRoute({
  method: 'get',
  path: '/api/v1/artifacts',
  summary: 'Artifacts whose files are there, the newest first',
  description:
    'With `repository`, `branch`, `status=success`, `name` and `limit=1`: the newest one of a branch.',
  request: {
    query: z.strictObject({
      repository: z.string().min(1).max(300).optional(),
      branch: z.string().min(1).max(300).optional(),
      status: z.enum(statuses).optional().openapi({ description: 'Of the run.' }),
      name: z.string().min(1).max(100).optional(),
      ...pageQuery,
    }),
  },
  responses: {
    200: jsonAnswer(
      'A page of artifacts; `next` is there when more follow',
      z.object({ items: z.array(artifactJson), next: z.string().optional() }),
    ),
    ...problems,
  },
});

export function addArtifactListRoute(app: ApiApp, history: Pick<History, 'listArtifacts'>): void {
  app.openapi(listArtifacts, async (context) => {
    const { limit, before, repository, branch, status, name } = context.req.valid('query');
    const filter = {
      ...(repository && { repository }),
      ...(branch && { branch }),
      ...(status && { status }),
      ...(name && { name }),
    };
    const { items, next } = await history.listArtifacts(filter, { limit, ...(before && { before }) });
    return answerJson(context, { items: items.map(artifactToJson), next }, nextLink(context.req.url, next));
  });
}
