import { html } from 'hono/html';
import { type Html, isolated } from './html-text.ts';
import { layout } from './layout.ts';

export type PageProblem = { status: number; detail: string; correlationId?: string };

const headings: Readonly<Record<number, string>> = {
  400: 'This address does not make sense',
  404: 'There is nothing here',
  409: 'That cannot be done now',
};

/** Says no, or that something broke here: never why in the words of the program, always where to look. */
export function problemPage({ status, detail, correlationId }: PageProblem): Html {
  const heading = headings[status] ?? 'Something went wrong here';
  return layout({
    title: heading,
    body: html`<section class="problem-page">
<p class="code">${status}</p>
<h1>${heading}</h1>
<p>${isolated(detail)}</p>
${correlationId === undefined ? '' : html`<p class="quiet">Correlation id <code>${correlationId}</code></p>`}
<p><a href="/runs">All runs</a> · <a href="/deliveries">Deliveries</a></p>
</section>`,
  });
}
