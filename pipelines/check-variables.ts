import type { MatrixOutline, MatrixValue } from './matrix.ts';
import type { Outline } from './outline.ts';
import type { Finding, SourceMap } from './source-map.ts';
import { valueAt } from './yaml-path.ts';

/**
 * Warns of values that YAML changes on the way: without quotes 1.10 is the number 1.1, 0x10 is 16 and True
 * is true, and the process would be given those.
 */
export function checkVariables(outline: Outline, root: unknown, map: SourceMap): Finding[] {
  const variables = [
    ...outline.variables,
    ...outline.jobs.flatMap((job) => [
      ...job.variables,
      ...(job.matrix ? valuesOf(job.matrix) : []),
      ...job.steps.flatMap((step) => step.variables),
    ]),
  ];
  return variables.flatMap((variable) => {
    const value = valueAt(root, variable.path);
    const written = map.plainTextOf(variable.path);
    const changed = typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
    if (written === undefined || changed === undefined || written === changed) return [];
    const message = `${written} without quotes is read as ${changed}`;
    const expected = `'${written}' in quotes, to keep it as it is written`;
    return [{ path: variable.path, message, expected, severity: 'warning' }];
  });
}

function valuesOf({ axes, include, exclude }: MatrixOutline): MatrixValue[] {
  const items = [...include, ...exclude].flatMap((item) => [...item.values.values()]);
  return [...axes.flatMap(({ values }) => values), ...items];
}
