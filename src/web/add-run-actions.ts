import type { Context, Hono } from 'hono';
import type { AskRun } from '../runs/ask-run.ts';
import type { CommandAction } from '../runs/command.ts';
import type { ApprovalAction } from '../runs/decide-approval.ts';
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
    const form = await context.req.formData();
    const answer = await askRun(id, action(form), textOf(form, 'by') ?? 'somebody on the pages');
    if (answer.outcome === 'refused') throw new PageRefusal('refused', `${answer.message}.`);
    return context.redirect(`/runs/${id}`, 303);
  };

  pages.post('/runs/:id/cancel', (context) => ask(context, () => ({ type: 'cancel' })));
  pages.post('/runs/:id/approve', (context) => ask(context, (form) => approvalOf('approve', form)));
  pages.post('/runs/:id/reject', (context) => ask(context, (form) => approvalOf('reject', form)));
  pages.post('/runs/:id/retry', (context) =>
    ask(context, (form) => ({ type: 'retry', scope: form.get('scope') === 'all' ? 'all' : 'failed' })),
  );
}

function approvalOf(type: ApprovalAction['type'], form: FormData): ApprovalAction {
  const [digest, job, comment] = [textOf(form, 'digest'), textOf(form, 'job'), textOf(form, 'comment')];
  return {
    type,
    sha: textOf(form, 'sha') ?? '',
    ...(digest === undefined ? {} : { digest }),
    ...(job === undefined ? {} : { job }),
    ...(comment === undefined ? {} : { comment }),
  };
}

const longestText = 1_000;

/** What was typed; a field that was left empty says nothing. */
function textOf(form: FormData, name: string): string | undefined {
  const value = form.get(name);
  const text = typeof value === 'string' ? value.trim().slice(0, longestText) : '';
  return text === '' ? undefined : text;
}
