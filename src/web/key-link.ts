import { html } from 'hono/html';
import type { Problem } from '../../pipelines/problem.ts';
import { type Html, nothing } from './html-text.ts';

/** Leads to the page about the key that something is said of, if there is one. */
export function keyLink({ reference }: Pick<Problem, 'reference'>): Html {
  if (reference === undefined) return nothing;
  return html` <a href="/reference/${reference}"><code>${reference.replace(/#.*/, '')}</code> explained</a>`;
}
