import { html } from 'hono/html';
import type { RunSummary } from '../runs/history.ts';
import { type Html, isolated } from './html-text.ts';
import { listHref } from './list-query.ts';

type Referenced = Pick<RunSummary, 'event' | 'ref' | 'branch' | 'pullRequest' | 'repository'>;

/** What the run is of, as people call it: a branch, a tag or a pull request. */
export function referenceName(run: Referenced): string {
  if (run.pullRequest !== undefined) return `PR #${run.pullRequest}`;
  return run.branch ?? run.ref.replace(/^refs\/(?:heads|tags)\//, '');
}

/** A branch leads to its other runs. */
export function reference(run: Referenced): Html {
  const name = isolated(referenceName(run));
  if (run.branch === undefined || run.pullRequest !== undefined) {
    return html`<span class="chip ref-${run.event}" title="${run.ref}">${name}</span>`;
  }
  const href = listHref('/runs', { repository: run.repository, branch: run.branch });
  return html`<a class="chip ref-${run.event}" href="${href}" title="${run.ref}">${name}</a>`;
}

export function shortCommit(sha: string): Html {
  return html`<code class="sha" title="${sha}">${sha.slice(0, 8)}</code>`;
}

/** CodeCommit sends no titles. */
export function titleOf(run: Pick<RunSummary, 'title' | 'sha'>): string {
  return run.title.trim() === '' ? `Commit ${run.sha.slice(0, 8)}` : run.title;
}
