import type { Node, Pair, YAMLMap } from 'yaml';
import { isAlias, isCollection, isMap, isNode, isScalar, isSeq } from 'yaml';
import { createLineIndex } from './line-index.ts';
import type { Problem, Severity } from './problem.ts';
import { formatPath, type YamlPath } from './yaml-path.ts';

/** A read document: its nodes, the pairs of each map by key, and what each alias stands for. */
export type YamlTree = {
  root: unknown;
  pairs: Map<YAMLMap, Map<string, Pair>>;
  targets: Map<Node, Node>;
};

/** A problem without its place. */
export type Finding = {
  path: YamlPath;
  message: string;
  expected: string;
  /** `error` unless said otherwise. */
  severity?: Severity;
  /** Underline the key rather than its value. */
  atKey?: boolean;
};

/** From paths of values to places in the file. */
export type SourceMap = {
  /** A problem at the value of its path, or at the nearest thing above it that is in the file. */
  problem(finding: Finding): Problem;
  /** A problem at a range of offsets. */
  problemAt(range: readonly [number, number], finding: Finding): Problem;
  /** The line of a value's key, or of the value when it is an item of a list. */
  lineOf(path: YamlPath): number;
  lineAt(offset: number): number;
  /** A plain scalar as it is written; undefined for anything else, quoted text included. */
  plainTextOf(path: YamlPath): string | undefined;
};

export function createSourceMap(tree: YamlTree, source: string, file: string): SourceMap {
  const lines = createLineIndex(source);
  type Place = { key: unknown; value: unknown };

  /** The nodes at a path; where the path leads out of the document, the last ones that are in it. */
  function placeOf(path: YamlPath): Place & { complete: boolean } {
    let place: Place = { key: undefined, value: tree.root };
    for (const part of path) {
      const node = isAlias(place.value) ? tree.targets.get(place.value) : place.value;
      if (isMap(node)) {
        const pair = tree.pairs.get(node)?.get(String(part));
        if (pair === undefined) return { ...place, complete: false };
        place = { key: pair.key, value: pair.value };
      } else if (isSeq(node)) {
        const item = node.items[Number(part)];
        if (item === undefined) return { ...place, complete: false };
        place = { key: undefined, value: item };
      } else return { ...place, complete: false };
    }
    return { ...place, complete: true };
  }

  /** A block of many lines is pointed at by its key: underlining its first line would say nothing. */
  function rangeOf(path: YamlPath, atKey: boolean): readonly [number, number] {
    const { key, value, complete } = placeOf(path);
    const block = isCollection(value) && value.flow !== true;
    const empty = isScalar(value) && value.range?.[0] === value.range?.[1];
    const wanted = key !== undefined && (atKey || !complete || block || empty) ? key : value;
    return rangeOfNode(wanted) ?? rangeOfNode(value) ?? [0, 0];
  }

  function problemAt(range: readonly [number, number], finding: Finding): Problem {
    const { line, column, endOfLine } = lines.placeOf(range[0]);
    const end = column + Math.min(range[1], endOfLine) - Math.min(range[0], endOfLine);
    return {
      severity: finding.severity ?? 'error',
      file,
      line,
      column,
      endColumn: Math.max(column + 1, end),
      path: formatPath(finding.path),
      message: finding.message,
      expected: finding.expected,
    };
  }

  return {
    problem: (finding) => problemAt(rangeOf(finding.path, finding.atKey ?? false), finding),
    problemAt,
    lineOf: (path) => lines.placeOf(rangeOf(path, true)[0]).line,
    lineAt: (offset) => lines.placeOf(offset).line,
    plainTextOf(path) {
      const { value, complete } = placeOf(path);
      const node = isAlias(value) ? tree.targets.get(value) : value;
      if (!complete || !isScalar(node) || node.type !== 'PLAIN') return undefined;
      return node.source;
    },
  };
}

function rangeOfNode(node: unknown): readonly [number, number] | undefined {
  return isNode(node) && node.range ? [node.range[0], node.range[1]] : undefined;
}
