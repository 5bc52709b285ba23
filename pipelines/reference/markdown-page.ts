import type { KeyDescription } from './key-description.ts';
import type { Block, ReferencePage } from './reference-page.ts';

const shapes = 'pipelines/*-shape.ts';

const madeFrom = (source: string) =>
  `<!-- Made from ${source} by \`node test/reference/reference.ts --write\`. -->`;

export function markdownPage({ blocks }: ReferencePage, source = shapes): string {
  const parts = blocks.map(markdownOf);
  return `${[madeFrom(source), ...parts, '[All keys](README.md)'].join('\n\n')}\n`;
}

/** The list of all pages. */
export function markdownIndex(keys: readonly KeyDescription[]): string {
  const rows = keys.map(
    ({ fullPath, description }) =>
      `| [\`${fullPath}\`](${fullPath}.md) | ${plain(firstSentence(description))} |`,
  );
  return `${madeFrom(shapes)}

# The keys of \`.hookline.yml\`

Either \`steps\`, the keys of one job beside them, or \`jobs\`. Mistakes name the file, line and column, and the page here
that says more; \`npx hookline validate\` shows them all before you push.

| key | what it is |
|---|---|
${rows.join('\n')}

Editors complete and check the file by its JSON Schema, [hookline.schema.json](../hookline.schema.json), which each
installation serves as \`/schema.json\`:

\`\`\`yaml
# yaml-language-server: $schema=https://ci.example.com/schema.json
image: node:24-bookworm-slim
steps: [npm test]
\`\`\`

The keys of a \`.travis.yml\` stand on [a page of their own](travis.md).
`;
}

function markdownOf(block: Block): string {
  switch (block.type) {
    case 'heading':
      return `${'#'.repeat(block.level)} \`${block.code}\``;
    case 'text':
      return plain(block.text);
    case 'facts':
      return block.facts.map(({ name, text }) => `- **${name}**: ${plain(text)}`).join('\n');
    case 'yaml':
      return `\`\`\`yaml\n${block.text}\n\`\`\``;
    case 'see':
      return `As [\`${block.page}\`](${block.page}.md) of the file.`;
    case 'keys-of':
      return `Below each name stand the keys of [\`${block.page}\`](${block.page}.md).`;
    case 'section':
      return `## ${block.text}`;
    case 'keys':
      return ['| key | | what becomes of it |', '|---|---|---|', ...block.keys.map(rowOf)].join('\n');
  }
}

/** GitHub makes anchors of headings only. */
function rowOf({ path, anchor, state, text }: Extract<Block, { type: 'keys' }>['keys'][number]): string {
  return `| <a id="${anchor}"></a>\`${path}\` | ${state} | ${plain(text).replaceAll('|', '\\|')} |`;
}

/** Outside of code, `<name>` would be taken for HTML and `*` for emphasis. */
function plain(text: string): string {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 0 ? part.replaceAll('<', '&lt;').replaceAll('*', '\\*') : part))
    .join('`');
}

function firstSentence(text: string): string {
  return /^.*?[.](?=\s|$)/.exec(text)?.[0] ?? text;
}
