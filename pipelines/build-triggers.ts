import { listOf } from './build-values.ts';
import type { PatternList, ScheduleTrigger, Triggers, TypedTrigger } from './pipeline.ts';
import type { TriggersShape } from './trigger-shape.ts';
import type { YamlPath } from './yaml-path.ts';

/** The line of the key at a path of the file. */
export type LineOf = (path: YamlPath) => number;

export function buildTriggers(shape: TriggersShape | undefined, lineOf: LineOf): Triggers {
  if (shape === undefined) {
    return {
      push: { branches: everything(), tags: null },
      pullRequest: { branches: everything() },
      mergeGroup: { branches: everything() },
      schedules: [],
    };
  }
  return {
    line: lineOf(['on']),
    push: buildPush(shape.push, lineOf),
    pullRequest: buildPullRequest(shape.pull_request, lineOf),
    ...buildMergeGroup(shape.merge_group, lineOf),
    ...buildTyped('release', shape.release, ['published'], lineOf),
    ...buildTyped('dispatch', shape.dispatch, ['**'], lineOf),
    schedules: buildSchedules(shape.schedule, lineOf),
  };
}

function buildPush(push: TriggersShape['push'], lineOf: LineOf): Triggers['push'] {
  if (push === undefined || push === false) return null;
  const line = lineOf(['on', 'push']);
  if (push === true || push === null) return { line, branches: everything(), tags: null };
  const filter = buildRefs(push, ['on', 'push'], lineOf);
  return { line, branches: filter.branches, tags: filter.tags };
}

function buildPullRequest(
  pullRequest: TriggersShape['pull_request'],
  lineOf: LineOf,
): Triggers['pullRequest'] {
  if (pullRequest === undefined || pullRequest === false) return null;
  const path = ['on', 'pull_request'];
  const given = pullRequest === true || pullRequest === null ? {} : pullRequest;
  const labels = buildPatterns(given.labels, [...path, 'labels'], lineOf);
  return {
    line: lineOf(path),
    branches: buildPatterns(given.branches, [...path, 'branches'], lineOf) ?? everything(),
    ...(given.drafts === false ? { drafts: { line: lineOf([...path, 'drafts']) } } : {}),
    ...(labels ? { labels } : {}),
  };
}

function buildTyped<Name extends 'release' | 'dispatch'>(
  name: Name,
  trigger: TriggersShape[Name],
  byDefault: string[],
  lineOf: LineOf,
): { [Each in Name]?: TypedTrigger } {
  if (trigger === undefined || trigger === false) return {};
  const path = ['on', name];
  const types = trigger === true || trigger === null ? undefined : trigger.types;
  const built: TypedTrigger = {
    line: lineOf(path),
    types: buildPatterns(types, [...path, 'types'], lineOf) ?? { patterns: byDefault },
  };
  return { [name]: built } as { [Each in Name]?: TypedTrigger };
}

function buildMergeGroup(group: TriggersShape['merge_group'], lineOf: LineOf): Pick<Triggers, 'mergeGroup'> {
  if (group === undefined || group === false) return {};
  const path = ['on', 'merge_group'];
  const branches = group === true || group === null ? undefined : group.branches;
  return {
    mergeGroup: {
      line: lineOf(path),
      branches: buildPatterns(branches, [...path, 'branches'], lineOf) ?? everything(),
    },
  };
}

function buildSchedules(schedules: TriggersShape['schedule'], lineOf: LineOf): ScheduleTrigger[] {
  return (schedules ?? []).map(({ cron, timezone = 'UTC', branch, missed = 'skip' }, index) => ({
    line: lineOf(['on', 'schedule', index]),
    cron: cron.trim().split(/\s+/).join(' '),
    timezone,
    ...(branch === undefined ? {} : { branch }),
    missed,
  }));
}

type RefsShape = { branches?: string | string[] | undefined; tags?: string | string[] | undefined };

/** Branches and tags are two lists of one choice: where only one is given, nothing of the other is meant. */
export function buildRefs(
  shape: RefsShape,
  path: YamlPath,
  lineOf: LineOf,
  branchesByDefault: PatternList | null = everything(),
) {
  const branches = buildPatterns(shape.branches, [...path, 'branches'], lineOf);
  const tags = buildPatterns(shape.tags, [...path, 'tags'], lineOf);
  return { branches: branches ?? (tags === null ? branchesByDefault : null), tags };
}

function buildPatterns(
  patterns: string | string[] | undefined,
  path: YamlPath,
  lineOf: LineOf,
): PatternList | null {
  return patterns === undefined ? null : { patterns: listOf(patterns), line: lineOf(path) };
}

export function everything(): PatternList {
  return { patterns: ['**'] };
}
