import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { AppspecPosition } from './appspec.ts';

/** One thing that is wrong, or (as a warning) odd, with the place where it stands and what to do about it. */
export type AppspecProblem = AppspecPosition & { readonly file: string; readonly message: string };

/**
 * A value with the name that problems call it by. An empty value has no node; its problems point at the key.
 */
export type AppspecValue = {
  readonly name: string;
  readonly node: Node | null;
  readonly at: AppspecPosition;
};

export type AppspecFields = ReadonlyMap<string, AppspecValue>;

/**
 * Reads typed values out of a YAML tree and collects every mistake on the way instead of stopping at the
 * first. A method that finds a mistake notes it and answers `undefined` (or nothing, for lists).
 */
export type AppspecReader = {
  readonly root: AppspecValue;
  readonly problems: AppspecProblem[];
  readonly warnings: AppspecProblem[];
  problem(value: AppspecValue, message: string): void;
  warn(value: AppspecValue, message: string): void;
  /** The entries of a mapping by key. Keys that are not `known` are warned about and left out. */
  fields(value: AppspecValue, known?: readonly string[]): AppspecFields | undefined;
  items(value: AppspecValue): readonly AppspecValue[];
  /** The text of a scalar as it was written, without quotes: `0755` stays `0755`. Empty counts as wrong. */
  text(value: AppspecValue): string | undefined;
  /** The value of a scalar as YAML 1.2 understands it. */
  scalar(value: AppspecValue): unknown;
};

const readable: Partial<Record<string, string>> = {
  TAB_AS_INDENT: 'A tab is used for indentation. YAML allows only spaces there.',
  MULTIPLE_DOCS: 'There is a second YAML document. An appspec file is one document.',
};

export function createAppspecReader(source: string, file: string): AppspecReader {
  const lines = new LineCounter();
  const document: Document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  const problems: AppspecProblem[] = [];
  const warnings: AppspecProblem[] = [];

  const position = (offset: number): AppspecPosition => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  for (const error of document.errors) {
    problems.push({ file, ...position(error.pos[0]), message: readable[error.code] ?? error.message });
  }

  // Aliases are followed one at a time and nothing is expanded, so an alias bomb stays small.
  const toValue = (name: string, raw: unknown, fallback: AppspecPosition): AppspecValue => {
    const node = isAlias(raw) ? raw.resolve(document) : raw;
    const known = isMap(node) || isSeq(node) || isScalar(node) ? node : null;
    if (known === null || (isScalar(known) && known.value === null)) {
      return { name, node: null, at: fallback };
    }
    const from = isAlias(raw) ? raw : known;
    return { name, node: known, at: from.range ? position(from.range[0]) : fallback };
  };
  const problem = (value: AppspecValue, message: string) => {
    problems.push({ file, ...value.at, message });
  };
  const warn = (value: AppspecValue, message: string) => {
    warnings.push({ file, ...value.at, message });
  };

  return {
    root: toValue('The file', document.contents, { line: 1, column: 1 }),
    problems,
    warnings,
    problem,
    warn,

    fields(value, known) {
      if (!isMap(value.node)) {
        problem(value, `${value.name} must be a mapping (\`key: value\` lines).`);
        return undefined;
      }
      const fields = new Map<string, AppspecValue>();
      for (const pair of value.node.items) {
        const key = toValue('key', pair.key, value.at);
        const name = isScalar(key.node) ? String(key.node.value) : '';
        const field = toValue(`\`${name}\``, pair.value, key.at);
        if (known === undefined || known.includes(name)) {
          fields.set(name, field);
        } else {
          const wanted = known.map((each) => `\`${each}\``).join(', ');
          warn({ ...field, at: key.at }, `\`${name}\` is not known here and is ignored. Known: ${wanted}.`);
        }
      }
      return fields;
    },

    items(value) {
      if (!isSeq(value.node)) {
        problem(value, `${value.name} must be a list (lines that start with \`- \`).`);
        return [];
      }
      return value.node.items.map((item, at) => toValue(`${value.name} item ${at + 1}`, item, value.at));
    },

    text(value) {
      if (!isScalar(value.node)) {
        problem(value, `${value.name} must be a text and is ${value.node ? 'a list or mapping' : 'empty'}.`);
        return undefined;
      }
      const text = (value.node.source ?? String(value.node.value)).trim();
      if (text === '') problem(value, `${value.name} must not be empty.`);
      return text === '' ? undefined : text;
    },

    scalar: (value) => (isScalar(value.node) ? value.node.value : undefined),
  };
}
