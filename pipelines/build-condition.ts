import type { LineOf } from './build-triggers.ts';
import { listOf } from './build-values.ts';
import type { ConditionShape } from './condition-shape.ts';
import type { JobCondition } from './pipeline.ts';
import type { YamlPath } from './yaml-path.ts';

export function buildCondition(
  shape: ConditionShape | undefined,
  path: YamlPath,
  lineOf: LineOf,
): { when?: JobCondition } {
  if (shape === undefined) return {};
  const line = lineOf(path);
  if (typeof shape === 'string') return { when: { line, status: shape } };
  const names = (key: 'event' | 'branches' | 'tags') => {
    const value = shape[key];
    return value === undefined ? undefined : { patterns: listOf(value), line: lineOf([...path, key]) };
  };
  const [events, branches, tags] = [names('event'), names('branches'), names('tags')];
  return {
    when: {
      line,
      status: shape.status ?? 'success',
      ...(events ? { events } : {}),
      ...(branches ? { branches } : {}),
      ...(tags ? { tags } : {}),
    },
  };
}
