import { html } from 'hono/html';
import type { RunDetail } from '../runs/history.ts';
import { unisolatedRunners } from '../runs/unisolated-runners.ts';
import { type Html, isolated, nothing } from './html-text.ts';

/** That jobs of the run had no container around them, and where. */
export function isolationBox(run: RunDetail): Html {
  const names = unisolatedRunners(run);
  if (names.length === 0) return nothing;
  const on = names.length === 1 ? 'runner' : 'runners';
  return html`<p class="warnings">Ran without isolation on ${on} <b>${isolated(names.join(', '))}</b>: steps were processes of that host, which nothing kept from its files, and images were not used.</p>`;
}
