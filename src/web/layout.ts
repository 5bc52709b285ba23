import { html } from 'hono/html';
import type { Status } from '../runs/run.ts';
import type { Html } from './html-text.ts';
import { tabIcon } from './status-view.ts';

export type PageParts = {
  /** Stands before "· hookline" in the tab. */
  title: string;
  /** Gives the tab its icon. */
  status?: Status;
  current?: 'runs' | 'deliveries' | 'runners';
  scripts?: readonly string[];
  body: Html;
};

/** What every page has around its content. */
export function layout({ title, status, current, scripts = [], body }: PageParts): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · hookline</title>
<link rel="icon" href="${tabIcon(status)}">
<link rel="stylesheet" href="/assets/hookline.css">
${scripts.map((name) => html`<script type="module" src="/assets/${name}"></script>\n`)}</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<header class="bar">
<a class="brand" href="/"><svg viewBox="0 0 16 16" aria-hidden="true"><path d="M10 2v7.5a3.5 3.5 0 0 1-7 0"/><circle cx="10" cy="2.6" r="1.4"/></svg>hookline</a>
<nav aria-label="Main">
${navLink('/runs', 'Runs', current === 'runs')}
${navLink('/deliveries', 'Deliveries', current === 'deliveries')}
${navLink('/runners', 'Runners', current === 'runners')}
</nav>
<span id="link-state" role="status" hidden></span>
</header>
<main id="content">
${body}
</main>
</body>
</html>`;
}

function navLink(href: string, text: string, isCurrent: boolean): Html {
  return isCurrent
    ? html`<a href="${href}" aria-current="page">${text}</a>`
    : html`<a href="${href}">${text}</a>`;
}
