import { html } from 'hono/html';
import type { RunDetail } from '../runs/history.ts';
import { type Html, isolated, nothing } from './html-text.ts';

/** That jobs asked for the merge of the pull request and got its head, and why. */
export function builtHeadBox({ jobs }: Pick<RunDetail, 'jobs'>): Html {
  const remarks = jobs.flatMap((job) => job.attempts.at(-1)?.built?.remark ?? []);
  if (remarks.length === 0) return nothing;
  return html`${[...new Set(remarks)].map((remark) => html`<p class="warnings">Not the merge of the pull request: ${isolated(remark)}</p>`)}`;
}
