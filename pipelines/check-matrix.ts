import { mostJobs } from './job-shape.ts';
import {
  axisCombinations,
  axisNamesOf,
  type Combination,
  combinationName,
  combinationsOf,
  excludes,
  includedCombination,
  type MatrixItem,
  type MatrixOutline,
  matrixVariable,
  mostCombinations,
  productOf,
} from './matrix.ts';
import { nearestTo } from './nearest.ts';
import type { JobOutline, Outline } from './outline.ts';
import type { Finding, SourceMap } from './source-map.ts';
import { quote } from './yaml-path.ts';

/** Every matrix makes jobs, of which no two are the same and which are not too many. */
export function checkMatrices(outline: Outline, map: SourceMap): Finding[] {
  return [
    ...outline.jobs.flatMap(({ name, matrix }) => (matrix ? checkMatrix(name, matrix, map) : [])),
    ...checkCount(outline.jobs),
  ];
}

function checkMatrix(job: string, matrix: MatrixOutline, map: SourceMap): Finding[] {
  const names = axisNamesOf(matrix);
  if (names.length === 0) {
    const expected = 'an axis with a list of values, such as "node: [20, 22]"';
    return [{ path: matrix.path, atKey: true, message: `the matrix of job "${job}" has no axis`, expected }];
  }
  return [
    ...checkAxes(matrix, map),
    ...matrix.include.flatMap((item) => [...strangeAxes(item, names), ...missingAxes(item, names)]),
    ...checkExcludes(matrix, names),
    ...repeatedIncludes(job, matrix),
    ...checkRest(job, matrix),
  ];
}

const axisForm = /^[A-Za-z]\w{0,31}$/;

function checkAxes({ axes }: MatrixOutline, map: SourceMap): Finding[] {
  const variables = new Map<string, string>();
  return axes.flatMap(({ name, path, values }): Finding[] => {
    const place = { path, atKey: true };
    if (!axisForm.test(name)) {
      const expected = 'a name of letters, digits and _ that begins with a letter, at most 32 long';
      return [{ ...place, message: `${quote(name)} as the name of an axis`, expected }];
    }
    const variable = matrixVariable(name);
    const other = variables.get(variable);
    variables.set(variable, name);
    if (other !== undefined) {
      const message = `axes "${other}" and "${name}" are both the variable ${variable}`;
      return [{ ...place, message, expected: 'axes that differ in more than upper and lower case' }];
    }
    return values.flatMap((value, index) => {
      const earlier = values.slice(0, index).find(({ text }) => text === value.text);
      if (!earlier) return [];
      const message = `value ${quote(value.text)} is already on line ${map.lineOf(earlier.path)}`;
      return [{ path: value.path, message, expected: 'each value once' }];
    });
  });
}

function strangeAxes(item: MatrixItem, names: readonly string[]): Finding[] {
  return [...item.values]
    .filter(([axis]) => !names.includes(axis))
    .map(([axis, { path }]) => {
      const nearest = nearestTo(axis, names);
      const expected = nearest === undefined ? `one of ${names.join(', ')}` : `did you mean "${nearest}"?`;
      return { path, atKey: true, message: `the matrix has no axis ${quote(axis)}`, expected };
    });
}

function missingAxes({ path, values }: MatrixItem, names: readonly string[]): Finding[] {
  const missing = names.filter((name) => !values.has(name));
  if (missing.length === 0) return [];
  const message = `no value for ${missing.join(', ')} in this combination`;
  return [{ path, message, expected: `a value for each of ${names.join(', ')}` }];
}

function checkExcludes(matrix: MatrixOutline, names: readonly string[]): Finding[] {
  const made = axisCombinations(matrix);
  return matrix.exclude.flatMap((item): Finding[] => {
    const strange = strangeAxes(item, names);
    if (strange.length > 0 || productOf(matrix) > mostCombinations) return strange;
    if (made.some((combination) => excludes(item, combination))) return [];
    const message = 'this leaves out nothing: no combination of the axes has these values';
    return [{ path: item.path, message, expected: 'values of the axes', severity: 'warning' }];
  });
}

function repeatedIncludes(job: string, matrix: MatrixOutline): Finding[] {
  const own = combinationsOf({ ...matrix, include: [] });
  const seen = new Set(own.map((combination) => combinationName(job, combination)));
  return matrix.include.flatMap((item) => {
    const name = combinationName(job, includedCombination(matrix, item));
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    const expected = 'a combination that the matrix does not make already';
    return [{ path: item.path, message: `job "${name}" is there already`, expected }];
  });
}

function checkRest(job: string, matrix: MatrixOutline): Finding[] {
  const isLarge = productOf(matrix) > mostCombinations;
  const isUnread = matrix.axes.some(({ values }) => values.length === 0);
  if (isLarge || isUnread || combinationsOf(matrix).length > 0) return [];
  const message = `the matrix of job "${job}" leaves no combination`;
  return [{ path: matrix.path, atKey: true, message, expected: 'less in exclude' }];
}

/** Told once, at the matrix that makes it too many. */
function checkCount(jobs: readonly JobOutline[]): Finding[] {
  let count = jobs.filter(({ matrix }) => matrix === undefined).length;
  for (const { name, matrix } of jobs) {
    if (!matrix) continue;
    const product = productOf(matrix);
    const made = product > mostCombinations ? product : combinationsOf(matrix).length;
    count += made;
    if (count <= mostJobs) continue;
    const total = count === made ? '' : `, ${count} with the other jobs`;
    const message = `the matrix of job "${name}" makes ${made} jobs${total}`;
    return [{ path: matrix.path, atKey: true, message, expected: `at most ${mostJobs} jobs in one run` }];
  }
  return [];
}

/** The jobs that a job of the file makes: what they are called and the values that they are made with. */
export function jobsMadeOf({ name, matrix }: JobOutline): { name: string; values: Combination }[] {
  if (!matrix) return [{ name, values: {} }];
  return combinationsOf(matrix).map((values) => ({ name: combinationName(name, values), values }));
}
