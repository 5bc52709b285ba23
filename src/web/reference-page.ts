import { html } from 'hono/html';
import { describeKeys } from '../../pipelines/reference/describe-keys.ts';
import { travisPageName } from '../../pipelines/reference/find-travis-reference.ts';
import type { KeyDescription } from '../../pipelines/reference/key-description.ts';
import { type Block, type ReferencePage, referencePage } from '../../pipelines/reference/reference-page.ts';
import { travisPage } from '../../pipelines/reference/travis-page.ts';
import type { Html } from './html-text.ts';
import { layout } from './layout.ts';

/** The page of a key of `.hookline.yml`, or of those of a `.travis.yml`; undefined when there is no such key. */
export function keyPage(name: string): Html | undefined {
  const keys = describeKeys();
  if (name === travisPageName) return pageOf(keys, 'The keys of .travis.yml', travisPage());
  const key = keys.find(({ fullPath }) => fullPath === name);
  if (key === undefined) return undefined;
  return pageOf(keys, `${name} · .hookline.yml`, referencePage(key));
}

function pageOf(keys: readonly KeyDescription[], title: string, { name, blocks }: ReferencePage): Html {
  return layout({
    title,
    body: html`<div class="reference">
${keyList(keys, name)}
<article>${blocks.map(shown)}</article>
</div>`,
  });
}

/** All keys, each with what it is. */
export function keyListPage(): Html {
  const keys = describeKeys();
  return layout({
    title: 'The keys of .hookline.yml',
    body: html`<div class="reference">
${keyList(keys)}
<article>
<h1>The keys of <code>.hookline.yml</code></h1>
<dl>${keys.map(({ fullPath, description }) => html`<dt><a href="/reference/${fullPath}"><code>${fullPath}</code></a></dt><dd>${inline(description)}</dd>`)}</dl>
<p>Of a <code>.travis.yml</code>: <a href="/reference/${travisPageName}">what becomes of each of its keys</a>.</p>
<p>Editors complete and check the file by its JSON Schema, <a href="/schema.json">/schema.json</a>.</p>
</article>
</div>`,
  });
}

function keyList(keys: readonly KeyDescription[], current?: string): Html {
  return html`<nav aria-label="Keys"><a href="/reference">All keys</a>
${keys.map(({ fullPath }) =>
  fullPath === current
    ? html`<a href="/reference/${fullPath}" aria-current="page"><code>${fullPath}</code></a>`
    : html`<a href="/reference/${fullPath}"><code>${fullPath}</code></a>`,
)}</nav>`;
}

function shown(block: Block): Html {
  switch (block.type) {
    case 'heading':
      return heading(block);
    case 'text':
      return html`<p>${inline(block.text)}</p>`;
    case 'facts':
      return html`<dl>${block.facts.map(({ name, text }) => html`<dt>${name}</dt><dd>${inline(text)}</dd>`)}</dl>`;
    case 'yaml':
      return html`<pre><code>${block.text}</code></pre>`;
    case 'see':
      return html`<p>As <a href="/reference/${block.page}"><code>${block.page}</code></a> of the file.</p>`;
    case 'keys-of':
      return html`<p>Below each name stand the keys of <a href="/reference/${block.page}"><code>${block.page}</code></a>.</p>`;
    case 'section':
      return html`<h2>${block.text}</h2>`;
    case 'keys':
      return html`<table><thead><tr><th>Key</th><th></th><th>What becomes of it</th></tr></thead>
<tbody>${block.keys.map(
        ({ path, anchor, state, text }) =>
          html`<tr id="${anchor}"><td><a href="#${anchor}"><code>${path}</code></a></td><td>${state}</td><td>${inline(text)}</td></tr>`,
      )}</tbody></table>`;
  }
}

function heading({ level, code, anchor }: Extract<Block, { type: 'heading' }>): Html {
  if (level === 1) return html`<h1><code>${code}</code></h1>`;
  const link = html`<a href="#${anchor}"><code>${code}</code></a>`;
  return level === 2 ? html`<h2 id="${anchor}">${link}</h2>` : html`<h3 id="${anchor}">${link}</h3>`;
}

/** What stands between backticks is code. */
function inline(text: string): Html {
  return html`${text.split('`').map((part, index) => (index % 2 === 0 ? part : html`<code>${part}</code>`))}`;
}
