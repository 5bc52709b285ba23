import { html } from 'hono/html';
import type { RunDetail } from '../runs/history.ts';
import { type Html, isolated, nothing } from './html-text.ts';
import { keyLink } from './key-link.ts';

const mostOpen = 3;

/** What of the pipeline file is not carried out as it is written, with what follows from it. Many are folded away. */
export function warningBox({ warnings = [], pipeline }: RunDetail): Html {
  if (warnings.length === 0) return nothing;
  const count = warnings.length === 1 ? '1 warning' : `${warnings.length} warnings`;
  const open = warnings.length <= mostOpen ? html` open` : nothing;
  return html`<details class="warnings"${open}>
<summary>${count} about ${isolated(pipeline.file)}</summary>
<ul>${warnings.map(
    ({ file, line, column, message, expected, ...problem }) =>
      html`<li><code class="place">${isolated(`${file}:${line}:${column}`)}</code> ${isolated(message)}: ${isolated(expected)}${keyLink(problem)}</li>`,
  )}</ul>
</details>`;
}
