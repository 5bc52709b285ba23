import { html } from 'hono/html';
import type { RunDetail } from '../runs/history.ts';
import { isFinal } from '../runs/run.ts';
import { type Html, nothing } from './html-text.ts';

/** What may be asked of the run as it stands: plain forms, so that they work without a script. */
export function runActions(run: RunDetail): Html {
  const buttons: Html[] = [];
  if (!isFinal(run.status)) buttons.push(action(run, 'cancel', 'Cancel'));
  if (isFinal(run.status) && run.jobs.length > 0) {
    if (run.jobs.some((job) => job.status !== 'success' && job.reason?.code !== 'when')) {
      buttons.push(action(run, 'retry', 'Retry what failed', { scope: 'failed' }));
    }
    buttons.push(action(run, 'retry', 'Run again', { scope: 'all' }));
  }
  return buttons.length === 0 ? nothing : html`<div class="actions">${buttons}</div>`;
}

function action(run: RunDetail, verb: string, label: string, fields: Record<string, string> = {}): Html {
  const hidden = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  return html`<form method="post" action="/runs/${run.id}/${verb}">${hidden}<button>${label}</button></form>`;
}
