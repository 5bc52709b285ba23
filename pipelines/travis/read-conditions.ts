import { quote } from '../yaml-path.ts';
import type { Expression } from './expression.ts';
import { patternFault } from './linear-pattern.ts';
import { parseExpression } from './parse-expression.ts';
import { type Fields, fieldsOf, type Node, type Reader, textOf, textsOf } from './read-node.ts';
import type { Assignment } from './shell-words.ts';

const mostBranches = 100;

/** An `if` of the file, a stage or a job. */
export function readCondition(
  reader: Reader,
  node: Node | undefined,
  variables: readonly Assignment[],
): Expression | undefined {
  const text = node === undefined ? undefined : textOf(reader, node);
  if (node === undefined) return undefined;
  if (text === undefined) {
    reader.error(node, 'no text', 'a condition such as branch = master AND type = push');
    return undefined;
  }
  const values = new Map(variables.map(({ name, value }) => [name, value]));
  const read = parseExpression(text, (name) => values.get(name));
  if (!('fault' in read)) return read;
  reader.error(node, read.fault, 'a condition such as branch = master AND type = push');
  return undefined;
}

/** `branches` as a condition: names and `/patterns/`, of branches and of tags. Travis leaves out `gh-pages` by itself. */
export function readBranches(reader: Reader, node: Node | undefined): Expression | undefined {
  const safe: Expression = { op: 'not', term: named(['gh-pages']) };
  if (node === undefined) return safe;
  const fields: Fields = fieldsOf(node) ?? new Map([['only', node]]);
  for (const [key, field] of fields) {
    if (key !== 'only' && key !== 'except') {
      reader.warn(field, `no key of branches is called ${quote(key)}`, 'only, or except');
    }
  }
  const only = listOf(reader, fields.get('only'));
  if (only.length > 0) return { op: 'or', terms: only };
  const except = listOf(reader, fields.get('except'));
  return except.length > 0 ? { op: 'not', term: { op: 'or', terms: except } } : safe;
}

function listOf(reader: Reader, node: Node | undefined): Expression[] {
  const texts = textsOf(reader, node, 'names of branches, or patterns such as /^release/');
  if (node && texts.length > mostBranches) {
    reader.error(node, `${texts.length} branches`, `at most ${mostBranches}: a pattern stands for many`);
    return [];
  }
  return texts.map((text) => {
    const [, pattern, flags] = /^\/(.*)\/(i?)$/s.exec(text) ?? [];
    if (pattern === undefined) return named([text]);
    const written = `${flags === 'i' ? '(?i)' : ''}${pattern.replaceAll('\\/', '/')}`;
    const fault = patternFault(written);
    if (fault !== undefined && node)
      reader.error(node, `the pattern ${text}: ${fault}`, 'a regular expression without it');
    return { op: 'matches', left: { type: 'attribute', name: 'branch' }, pattern: written };
  });
}

export function named(names: readonly string[]): Expression {
  const list = names.map((value) => ({ type: 'text' as const, value }));
  return { op: 'in', left: { type: 'attribute', name: 'branch' }, list };
}
