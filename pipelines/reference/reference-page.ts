import { stringify } from 'yaml';
import type { KeyDescription } from './key-description.ts';
import { pageExamples } from './page-examples.ts';

/** Part of a page, for whatever it is shown in. Texts hold code between backticks, and no other marks. */
export type Block =
  | { type: 'heading'; level: 1 | 2 | 3; code: string; anchor: string }
  | { type: 'text'; text: string }
  | { type: 'facts'; facts: readonly { name: string; text: string }[] }
  | { type: 'yaml'; text: string }
  | { type: 'see'; page: string }
  | { type: 'keys-of'; page: string }
  | { type: 'section'; text: string }
  | { type: 'keys'; keys: readonly { path: string; anchor: string; state: string; text: string }[] };

export type ReferencePage = { name: string; blocks: Block[] };

/** The page of a key that may stand at the top of a file. */
export function referencePage(key: KeyDescription): ReferencePage {
  const example = pageExamples[key.fullPath];
  const [heading, ...rest] = section(key);
  return {
    name: key.fullPath,
    blocks: [
      ...(heading ? [heading] : []),
      ...rest,
      ...(key.keysOf === undefined ? [] : [{ type: 'keys-of', page: key.keysOf } as const]),
      ...(example === undefined ? [] : [{ type: 'text', text: 'In a whole file:' } as const, yaml(example)]),
      ...key.children.flatMap(sections),
    ],
  };
}

function sections(key: KeyDescription): Block[] {
  return [...section(key), ...key.children.flatMap(sections)];
}

function section(key: KeyDescription): Block[] {
  const { path, fullPath, sameAs } = key;
  const heading: Block = {
    type: 'heading',
    level: path === '' ? 1 : path.includes('.') ? 3 : 2,
    code: path === '' ? fullPath : path,
    anchor: anchorOf(path),
  };
  const name = fullPath.split('.').at(-1) ?? fullPath;
  if (sameAs !== undefined) return [heading, ...said(key), { type: 'see', page: sameAs }];
  return [
    heading,
    ...said(key),
    factsOf(key),
    ...key.examples.map((value) => yaml(stringify({ [name]: value }))),
  ];
}

function said({ description }: KeyDescription): Block[] {
  return description === '' ? [] : [{ type: 'text', text: description }];
}

function factsOf({ path, fullPath, required, wanted, limits, unlessGiven }: KeyDescription): Block {
  return {
    type: 'facts',
    facts: [
      ...(path === '' ? [] : [{ name: 'Stands at', text: `\`${fullPath}\`` }]),
      { name: 'Type', text: wanted },
      { name: 'Unless given', text: required ? 'it is required' : unlessGiven || 'there is none' },
      ...(limits.length === 0 ? [] : [{ name: 'Limits', text: limits.join('; ') }]),
    ],
  };
}

function yaml(text: string): Block {
  return { type: 'yaml', text: text.trimEnd() };
}

/** As GitHub makes them of headings: `approval.by` → `approvalby`. */
export function anchorOf(path: string): string {
  return path.toLowerCase().replaceAll(/[^\w-]/g, '');
}
