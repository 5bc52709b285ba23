import type { Context, Hono } from 'hono';
import type { AskRun } from '../runs/ask-run.ts';
import type { CommandAction } from '../runs/command.ts';
import type { History } from '../runs/history.ts';
import { PageRefusal } from './page-refusal.ts';

/** Where the forms of a run's page are sent. The answer leads back to the page, which shows what became of it. */
export function addRunActions(
  pages: Hono,
  { history, askRun }: { history: Pick<History, 'run'>; askRun: AskRun },
): void {
  const ask = async (context: Context, action: (form: FormData) => CommandAction) => {
    const id = context.req.param('id') ?? '';
    if (!(await history.run(id))) throw new PageRefusal('not-found', `There is no run "${id}".`);
    const answer = await askRun(id, action(await context.req.formData()), 'somebody on the pages');
    if (answer.outcome === 'refused') throw new PageRefusal('refused', `${answer.message}.`);
    return context.redirect(`/runs/${id}`, 303);
  };

  pages.post('/runs/:id/cancel', (context) => ask(context, () => ({ type: 'cancel' })));
  pages.post('/runs/:id/approve', (context) =>
    ask(context, (form) => ({ type: 'approve', sha: String(form.get('sha') ?? '') })),
  );
  pages.post('/runs/:id/retry', (context) =>
    ask(context, (form) => ({ type: 'retry', scope: form.get('scope') === 'all' ? 'all' : 'failed' })),
  );
}
