import { matchesGlobs } from './glob.ts';
import type { TriggerChange } from './match-trigger.ts';
import type { JobCondition, PatternList } from './pipeline.ts';
import { factsOf } from './travis/change-facts.ts';
import { holds } from './travis/expression.ts';
import { textOfExpression } from './travis/expression-text.ts';

/** Why a job has no place in the runs of a change: the rule, the value that was held against it, and its line. */
export type LeftOut = { why: string; line: number };

/** `rule` is where the condition stands: `jobs.publish.when`. */
export function unmetCondition(when: JobCondition, change: TriggerChange, rule: string): LeftOut | undefined {
  const { events, branches, tags } = when;
  if (events && !events.patterns.includes(change.event)) {
    return unmet('event', change.event, `${rule}.event`, events, when.line);
  }
  if (when.only && !holds(when.only, factsOf(change))) {
    return { why: `${textOfExpression(when.only)} does not hold`, line: when.line };
  }
  if (!branches && !tags) return undefined;
  if (change.event === 'tag' || change.event === 'release')
    return unmetName('tag', change.tag, `${rule}.tags`, tags, when.line);
  const [kind, name] =
    change.event === 'pull_request' || change.event === 'merge_group'
      ? ['base branch', change.baseBranch]
      : ['branch', change.branch];
  return unmetName(kind ?? '', name, `${rule}.branches`, branches, when.line);
}

function unmetName(
  kind: string,
  name: string | undefined,
  rule: string,
  list: PatternList | undefined,
  above: number,
): LeftOut | undefined {
  const isMet = list !== undefined && name !== undefined && matchesGlobs(list.patterns, name);
  return isMet ? undefined : unmet(kind, name ?? '', rule, list, above);
}

function unmet(
  kind: string,
  value: string,
  rule: string,
  list: PatternList | undefined,
  above: number,
): LeftOut {
  const against = list
    ? `matches none of ${rule} (${list.patterns.join(', ')})`
    : `has no place: there is no ${rule}`;
  return { why: `${kind} "${value}" ${against}`, line: list?.line ?? above };
}
