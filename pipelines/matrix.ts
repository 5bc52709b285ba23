import type { YamlPath } from './yaml-path.ts';

/** The matrix of a job as far as it can be made out, with the places of its parts. */
export type MatrixOutline = {
  path: YamlPath;
  axes: { name: string; path: YamlPath; values: MatrixValue[] }[];
  include: MatrixItem[];
  exclude: MatrixItem[];
  failFast: boolean;
};

export type MatrixValue = { text: string; path: YamlPath };

/** An item of `include` or `exclude`: one value for each axis that it names. */
export type MatrixItem = { path: YamlPath; values: Map<string, MatrixValue> };

/** One value per axis, in the order of the axes. */
export type Combination = Readonly<Record<string, string>>;

/** Before anything is excluded. More are not worked out at all. */
export const mostCombinations = 500;

/** The keys of a matrix that are no axes. */
const ownKeys = ['include', 'exclude', 'fail_fast'];

/** Reads what stands under `matrix`, whatever it is; what makes no sense there is left out. */
export function readMatrix(value: unknown, path: YamlPath): MatrixOutline {
  const matrix = entriesOf(value);
  const itemsAt = (key: string) => {
    const found = matrix.find(([name]) => name === key)?.[1];
    return (Array.isArray(found) ? found : []).map((item, index) => readItem(item, [...path, key, index]));
  };
  return {
    path,
    axes: matrix
      .filter(([name]) => !ownKeys.includes(name))
      .map(([name, values]) => ({
        name,
        path: [...path, name],
        values: readValues(values, [...path, name]),
      })),
    include: itemsAt('include'),
    exclude: itemsAt('exclude'),
    failFast: matrix.some(([name, flag]) => name === 'fail_fast' && flag === true),
  };
}

function readValues(values: unknown, path: YamlPath): MatrixValue[] {
  return (Array.isArray(values) ? values : []).flatMap((value: unknown, index) =>
    isScalar(value) ? [{ text: String(value), path: [...path, index] }] : [],
  );
}

function readItem(item: unknown, path: YamlPath): MatrixItem {
  const values = entriesOf(item).flatMap(([axis, value]): [string, MatrixValue][] =>
    isScalar(value) ? [[axis, { text: String(value), path: [...path, axis] }]] : [],
  );
  return { path, values: new Map(values) };
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** The names that every combination has a value for; a matrix that only includes takes them from its first item. */
export function axisNamesOf({ axes, include }: MatrixOutline): string[] {
  return axes.length > 0 ? axes.map(({ name }) => name) : [...(include[0]?.values.keys() ?? [])];
}

/** How many combinations the axes make before anything is excluded or included. */
export function productOf({ axes }: MatrixOutline): number {
  return axes.length === 0 ? 0 : axes.reduce((product, { values }) => product * values.length, 1);
}

/** What the axes make: the first one changes slowest. Nothing when they make too many. */
export function axisCombinations(matrix: MatrixOutline): Combination[] {
  const product = productOf(matrix);
  if (product === 0 || product > mostCombinations) return [];
  return matrix.axes.reduce<Combination[]>(
    (made, { name, values }) =>
      made.flatMap((before) => values.map(({ text }) => ({ ...before, [name]: text }))),
    [{}],
  );
}

export function excludes(item: MatrixItem, combination: Combination): boolean {
  return item.values.size > 0 && [...item.values].every(([axis, { text }]) => combination[axis] === text);
}

/** Every combination there is a job for: what the axes make without what is excluded, and then what is included. */
export function combinationsOf(matrix: MatrixOutline): Combination[] {
  const kept = axisCombinations(matrix).filter(
    (combination) => !matrix.exclude.some((item) => excludes(item, combination)),
  );
  return [...kept, ...matrix.include.map((item) => includedCombination(matrix, item))];
}

export function includedCombination(matrix: MatrixOutline, { values }: MatrixItem): Combination {
  return Object.fromEntries(axisNamesOf(matrix).map((name) => [name, values.get(name)?.text ?? '']));
}

/** `test (node=20, os=bookworm)`. Values hold no commas, so that no two combinations have one name. */
export function combinationName(job: string, combination: Combination): string {
  const values = Object.entries(combination).map(([axis, value]) => `${axis}=${value}`);
  return `${job} (${values.join(', ')})`;
}

/** The environment variable that holds the value of an axis: `node` → `MATRIX_NODE`. */
export function matrixVariable(axis: string): string {
  return `MATRIX_${axis.toUpperCase()}`;
}

/** Puts the values of a combination in place of `{matrix.node}`. What is no axis stays as it is. */
export function renderMatrix(text: string, combination: Combination): string {
  return text.replaceAll(/\{matrix\.([^{}]*)\}/g, (whole, axis: string) =>
    Object.hasOwn(combination, axis) ? (combination[axis] ?? whole) : whole,
  );
}
