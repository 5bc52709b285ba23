import { html } from 'hono/html';
import type { Problem } from '../../pipelines/problem.ts';
import { travisPageName } from '../../pipelines/reference/find-travis-reference.ts';
import { type Html, nothing } from './html-text.ts';

/** Leads to the page about the key that something is said of, if there is one. */
export function keyLink({ reference }: Pick<Problem, 'reference'>): Html {
  if (reference === undefined) return nothing;
  const [page] = reference.split('#');
  const text = page === travisPageName ? 'about this key' : html`<code>${page}</code> explained`;
  return html` <a href="/reference/${reference}">${text}</a>`;
}
