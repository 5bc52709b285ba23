import { createRoute, z } from '@hono/zod-openapi';
import type { AskRun } from '../../runs/ask-run.ts';
import type { CommandAction } from '../../runs/command.ts';
import type { ApprovalAction } from '../../runs/decide-approval.ts';
import type { History } from '../../runs/history.ts';
import { retryScopes } from '../../runs/transition.ts';
import { HttpRefusal } from '../http-refusal.ts';
import { type ApiApp, idParameter, jsonAnswer, problems } from './api-app.ts';
import { runJson, runToJson } from './run-json.ts';

export const by = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .default('operator')
  .openapi({ description: 'Who asks, for the record; the key does not say it.' });

const responses = {
  200: jsonAnswer('The run, as it stands after that', runJson),
  202: jsonAnswer('Written down; control has not come to it yet', z.object({ pending: z.literal(true) })),
  ...problems,
};

function commandRoute<Body extends z.ZodType>(verb: string, summary: string, body: Body) {
  return createRoute({
    method: 'post',
    path: `/api/v1/runs/{id}/${verb}`,
    summary,
    request: {
      params: idParameter,
      body: { content: { 'application/json': { schema: body } }, required: true },
    },
    responses,
  });
}

const cancel = commandRoute(
  'cancel',
  'Cancel a run: what is queued ends at once, what runs is told to stop',
  z.strictObject({ by, reason: z.string().max(500).optional() }),
);
const approval = z.strictObject({
  by,
  sha: z.string().regex(/^[0-9a-f]{40,64}$/, 'must be the whole id of the commit'),
  digest: z
    .string()
    .max(64)
    .optional()
    .openapi({ description: "The run's `pipeline.digest` as it was looked at; a job's approval needs it." }),
  job: z.string().max(300).optional().openapi({
    description: 'Name or id of the job; absent: the only one that waits, or the whole run of a fork.',
  }),
  comment: z.string().max(1_000).optional(),
});
const approve = commandRoute(
  'approve',
  'Let what waits go on, for this very commit and pipeline file',
  approval,
);
const reject = commandRoute('reject', 'End what waits for an approval', approval);
const retry = commandRoute(
  'retry',
  'Run jobs again with the same plan: those that did not succeed, or all',
  z.strictObject({ by, scope: z.enum(retryScopes).default('failed') }),
);

/** What people ask of runs. The API writes it down; control alone changes a run. */
export function addCommandRoutes(
  app: ApiApp,
  ports: { history: Pick<History, 'run'>; askRun: AskRun },
): void {
  async function ask(runId: string, action: CommandAction, who: string) {
    if (!(await ports.history.run(runId)))
      throw new HttpRefusal('run-not-found', `there is no run "${runId}"`);
    const answer = await ports.askRun(runId, action, who);
    if (answer.outcome === 'refused') throw new HttpRefusal('command-refused', answer.message);
    const run = await ports.history.run(runId);
    return answer.outcome === 'done' && run ? runToJson(run) : undefined;
  }

  app.openapi(cancel, async (context) => {
    const { by: who, reason } = context.req.valid('json');
    const action = { type: 'cancel', ...(reason === undefined ? {} : { reason }) } as const;
    const run = await ask(context.req.valid('param').id, action, who);
    return run ? context.json(run, 200) : context.json({ pending: true } as const, 202);
  });

  app.openapi(approve, async (context) => {
    const { by: who, ...given } = context.req.valid('json');
    const run = await ask(context.req.valid('param').id, approvalAction('approve', given), who);
    return run ? context.json(run, 200) : context.json({ pending: true } as const, 202);
  });

  app.openapi(reject, async (context) => {
    const { by: who, ...given } = context.req.valid('json');
    const run = await ask(context.req.valid('param').id, approvalAction('reject', given), who);
    return run ? context.json(run, 200) : context.json({ pending: true } as const, 202);
  });

  app.openapi(retry, async (context) => {
    const { by: who, scope } = context.req.valid('json');
    const run = await ask(context.req.valid('param').id, { type: 'retry', scope }, who);
    return run ? context.json(run, 200) : context.json({ pending: true } as const, 202);
  });
}

function approvalAction(
  type: ApprovalAction['type'],
  { sha, digest, job, comment }: Omit<z.infer<typeof approval>, 'by'>,
): ApprovalAction {
  return {
    type,
    sha,
    ...(digest === undefined ? {} : { digest }),
    ...(job === undefined ? {} : { job }),
    ...(comment === undefined ? {} : { comment }),
  };
}
