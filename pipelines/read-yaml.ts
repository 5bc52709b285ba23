import type { Document, Node, Pair, YAMLMap, YAMLSeq } from 'yaml';
import { isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Problem } from './problem.ts';
import { createSourceMap, type SourceMap, type YamlTree } from './source-map.ts';
import { describeSyntaxErrors } from './syntax-error.ts';
import { quote, type YamlPath } from './yaml-path.ts';

/** Deeper than any pipeline; keeps the walk off the end of the stack. */
const deepestNesting = 32;

/** Values that aliases may stand for in one file. A bomb of nine lines stands for thousands of millions. */
const mostAliasedValues = 10_000;

/** Behind the first few, syntax errors follow from one another. */
const mostSyntaxErrors = 20;

export type YamlReading = {
  /** Maps are objects without a prototype; undefined when the syntax is broken. */
  value: unknown;
  map: SourceMap;
  problems: Problem[];
  broken: boolean;
};

/**
 * Reads one YAML 1.2 document into plain values, remembering where each came from. The library would build
 * the values as well, but aliases are counted here while they are followed, keys are taken as they are
 * written (`1.10:` is "1.10"), and a key given twice is told with both its lines, in linear time.
 */
export function readYaml(source: string, file: string): YamlReading {
  const document = withoutStackTraces(() =>
    parseDocument(source, { prettyErrors: false, uniqueKeys: false, version: '1.2' }),
  );
  const tree: YamlTree = { root: document.contents, pairs: new Map(), targets: new Map() };
  const map = createSourceMap(tree, source, file);
  // The library only warns of a tag it does not know; here that is always a forgotten pair of quotes.
  const told = [...document.errors, ...document.warnings].slice(0, mostSyntaxErrors);
  const faults = describeSyntaxErrors(document, told, source).map((fault) =>
    map.problemAt(fault.range, { path: [], message: fault.message, expected: fault.expected }),
  );
  if (document.errors.length > 0) return { value: undefined, map, problems: faults, broken: true };
  const { value, problems } = readDocument(document, tree, map);
  return { value, map, problems: [...faults, ...problems], broken: false };
}

/**
 * The library makes an Error for each fault, and a hostile file has a quarter of a million: their stack
 * traces, which nobody sees, would be four fifths of the time.
 */
function withoutStackTraces<Result>(work: () => Result): Result {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** The walk: nodes to values, filling the tree that positions are later looked up in. */
function readDocument(
  document: Document,
  tree: YamlTree,
  map: SourceMap,
): { value: unknown; problems: Problem[] } {
  const problems: Problem[] = [];
  const anchors = new Map<string, Node>();
  const following = new Set<Node>();
  let aliasedValues = 0;

  function read(node: unknown, path: YamlPath): unknown {
    if (following.size > 0 && ++aliasedValues > mostAliasedValues) {
      if (aliasedValues === mostAliasedValues + 1) {
        const message = `its aliases stand for more than ${mostAliasedValues} values`;
        problems.push(map.problem({ path, message, expected: 'the values written out, or fewer aliases' }));
      }
      return null;
    }
    if (path.length > deepestNesting) {
      const message = `nested more than ${deepestNesting} levels deep`;
      problems.push(map.problem({ path, message, expected: 'a flatter file' }));
      return null;
    }
    if (isAlias(node)) return follow(node.source, node, path);
    if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined) {
      anchors.set(node.anchor, node);
    }
    if (isMap(node)) return readMap(node, path);
    if (isSeq(node)) return readList(node, path);
    if (!isScalar(node)) return null;
    // `!main` without quotes is reported as a tag; the text that was meant keeps other checks quiet.
    return node.tag?.startsWith('!') ? `${node.tag}${node.source ?? ''}` : plain(node.value);
  }

  function follow(anchor: string, alias: Node, path: YamlPath): unknown {
    const target = anchors.get(anchor);
    if (target === undefined || following.has(target)) {
      const found = target === undefined ? 'an alias to nothing' : 'an alias inside what it stands for';
      const anchorToo = /[*/.]/.test(anchor) ? '' : `, or an anchor &${anchor} before it`;
      const expected = `'*${anchor}' in quotes, if a pattern is meant${anchorToo}`;
      problems.push(map.problem({ path, message: `${found}: *${anchor}`, expected }));
      return null;
    }
    tree.targets.set(alias, target);
    following.add(target);
    const value = read(target, path);
    following.delete(target);
    return value;
  }

  function readMap(node: YAMLMap, path: YamlPath): unknown {
    const pairs = new Map<string, Pair>();
    const value: Record<string, unknown> = Object.create(null);
    tree.pairs.set(node, pairs);
    for (const pair of node.items) {
      const key = keyOf(pair.key);
      if (key === undefined || key === '__proto__') {
        const message = key === undefined ? 'a key that is not a plain word' : 'a key that is no name';
        problems.push(map.problemAt(rangeOf(pair.key), { path, message, expected: 'a name, then a colon' }));
        continue;
      }
      const first = pairs.get(key);
      if (first !== undefined) {
        const message = `${quote(key)} is given twice, first on line ${map.lineAt(rangeOf(first.key)[0])}`;
        const expected = 'each key once';
        problems.push(map.problemAt(rangeOf(pair.key), { path: [...path, key], message, expected }));
        continue;
      }
      pairs.set(key, pair);
      value[key] = read(pair.value, [...path, key]);
    }
    return value;
  }

  function readList(node: YAMLSeq, path: YamlPath): unknown {
    return node.items.map((item, index) => read(item, [...path, index]));
  }

  return { value: read(document.contents, []), problems };
}

function keyOf(key: unknown): string | undefined {
  if (typeof key === 'string') return key;
  if (!isScalar(key) || key.value === null) return undefined;
  return key.source ?? String(key.value);
}

function rangeOf(node: unknown): [number, number] {
  const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
  return range === undefined || range === null ? [0, 0] : [range[0], range[1]];
}

/** Text, number, boolean or null; what other types a tag makes (dates, binary) has no meaning here. */
function plain(value: unknown): unknown {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
