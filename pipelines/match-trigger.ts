import { matchesGlobs } from './glob.ts';
import type { PatternList, Pipeline, ScheduleTrigger, Triggers } from './pipeline.ts';
import { factsOf } from './travis/change-facts.ts';
import { holds } from './travis/expression.ts';
import { textOfExpression } from './travis/expression-text.ts';

/** What happened to a repository, in the words triggers are written in. Names are short: `main`, `v1.0`. */
export type TriggerChange = {
  event: 'push' | 'tag' | 'pull_request' | 'merge_group' | 'release' | 'dispatch' | 'schedule';
  /** The branch pushed to or scheduled, or a pull request's own branch. */
  branch?: string;
  tag?: string;
  /** The branch a pull request or a merge queue's group is to be merged into: the one `on.pull_request.branches` speaks of. */
  baseBranch?: string;
  /** Of a pull request: whether it is one in the making, its labels, and the one it has just been given. */
  draft?: boolean;
  labels?: readonly string[];
  labeled?: string;
  /** What became of a release, or the type of what was dispatched. */
  type?: string;
  /** Which schedule it is the time of. */
  schedule?: { cron: string; timezone: string };
  /** The one that schedules without a branch are meant for. */
  defaultBranch?: string;
  /** Whether strangers may have written it. */
  fork?: boolean;
  /** What only conditions of a `.travis.yml` ask for. */
  about?: {
    repository: string;
    message: string;
    sender?: string;
    headRepository?: string;
    headBranch?: string;
  };
};

export type TriggerMatch =
  | {
      matched: true;
      /** `on.push.branches` */
      rule: string;
      /** Absent where a default decided. */
      line?: number;
    }
  | {
      matched: false;
      rule: string;
      /** The name that was held against the rule. */
      value: string;
      line?: number;
      /** `branch "wip" matches none of on.push.branches (main, release/*), line 3` */
      reason: string;
    };

type Question = {
  event: string;
  rule: string;
  /** What kind of name the value is. */
  kind: string;
  value: string | undefined;
  patterns: PatternList | null;
  /** The nearest thing above the patterns, for when there are none. */
  line: number | undefined;
};

/** Whether a change makes a run of this pipeline, and which line of it said so. */
export function matchTrigger(pipeline: Pipeline, change: TriggerChange): TriggerMatch {
  const { event } = change;
  if (event === 'schedule') return matchSchedule(pipeline.on, change);
  const unmet = unmetTrigger(pipeline.on, change) ?? unmetRequest(pipeline.on, change);
  return unmet ?? answer(questionOf(pipeline.on, { ...change, event }));
}

function unmetTrigger({ only, line }: Triggers, change: TriggerChange): TriggerMatch | undefined {
  if (only === undefined || holds(only, factsOf(change))) return undefined;
  const value = change.tag ?? change.baseBranch ?? change.branch ?? '';
  const place = line === undefined ? {} : { line };
  const where = line === undefined ? '' : `, line ${line}`;
  const reason = `${change.event} of "${value}" does not meet ${textOfExpression(only)}${where}`;
  return { matched: false, rule: 'if', value, ...place, reason };
}

/** What `on.pull_request` asks for beside branches. A new label is news only to whom labels are asked for. */
function unmetRequest({ pullRequest }: Triggers, change: TriggerChange): TriggerMatch | undefined {
  if (change.event !== 'pull_request' || !pullRequest) return undefined;
  const not = (rule: string, value: string, line: number | undefined, why: string): TriggerMatch => {
    const where = line === undefined ? '' : `, line ${line}`;
    const place = line === undefined ? {} : { line };
    return { matched: false, rule, value, ...place, reason: `${why}${where}` };
  };
  const { drafts, labels, line } = pullRequest;
  if (drafts && change.draft)
    return not('on.pull_request.drafts', 'draft', drafts.line, 'a draft starts nothing');
  const rule = 'on.pull_request.labels';
  const { labeled, labels: found = [] } = change;
  if (!labels) {
    if (labeled === undefined) return undefined;
    return not(rule, labeled, line, `label "${labeled}" starts nothing: there is no ${rule}`);
  }
  const asked = labeled === undefined ? found : [labeled];
  if (asked.some((label) => matchesGlobs(labels.patterns, label))) return undefined;
  const which = asked.length === 0 ? 'no label' : asked.map((label) => `"${label}"`).join(', ');
  return not(
    rule,
    asked.join(', '),
    labels.line,
    `${which} matches none of ${rule} (${labels.patterns.join(', ')})`,
  );
}

/** The schedules of a file that are meant for the branch whose head the file was read at. */
export function schedulesOf(
  { schedules }: Triggers,
  { branch, defaultBranch }: Pick<TriggerChange, 'branch' | 'defaultBranch'>,
): ScheduleTrigger[] {
  return schedules.filter((schedule) => (schedule.branch ?? defaultBranch) === branch);
}

function matchSchedule(on: Triggers, change: TriggerChange): TriggerMatch {
  const rule = 'on.schedule';
  const { branch = '', schedule } = change;
  const value = schedule === undefined ? '' : `${schedule.cron} ${schedule.timezone}`;
  const found = schedulesOf(on, change).find(
    ({ cron, timezone }) => cron === schedule?.cron && timezone === schedule.timezone,
  );
  if (found) return { matched: true, rule, line: found.line };
  const place = on.line === undefined ? {} : { line: on.line };
  const reason = `branch "${branch}" has no schedule "${value}" any more`;
  return { matched: false, rule, value, ...place, reason };
}

function questionOf(
  on: Triggers,
  change: TriggerChange & { event: Exclude<TriggerChange['event'], 'schedule'> },
): Question {
  switch (change.event) {
    case 'push': {
      const line = on.push?.line ?? on.line;
      const patterns = on.push?.branches ?? null;
      return {
        event: 'pushes to branches',
        rule: 'on.push.branches',
        kind: 'branch',
        value: change.branch,
        patterns,
        line,
      };
    }
    case 'tag': {
      const line = on.push?.line ?? on.line;
      const patterns = on.push?.tags ?? null;
      return { event: 'tags', rule: 'on.push.tags', kind: 'tag', value: change.tag, patterns, line };
    }
    case 'release':
    case 'dispatch': {
      const { event } = change;
      const trigger = on[event];
      const rule = `on.${event}.types`;
      const patterns = trigger?.types ?? null;
      const what = event === 'release' ? 'releases' : 'dispatches';
      return {
        event: what,
        rule,
        kind: 'type',
        value: change.type,
        patterns,
        line: trigger?.line ?? on.line,
      };
    }
    case 'merge_group': {
      const line = on.mergeGroup?.line ?? on.line;
      const patterns = on.mergeGroup?.branches ?? null;
      const rule = 'on.merge_group.branches';
      return { event: 'merge groups', rule, kind: 'base branch', value: change.baseBranch, patterns, line };
    }
    case 'pull_request': {
      const line = on.pullRequest?.line ?? on.line;
      const patterns = on.pullRequest?.branches ?? null;
      const rule = 'on.pull_request.branches';
      return { event: 'pull requests', rule, kind: 'base branch', value: change.baseBranch, patterns, line };
    }
  }
}

function answer({ event, rule, kind, value = '', patterns, line: above }: Question): TriggerMatch {
  const line = patterns?.line ?? above;
  const place = line === undefined ? {} : { line };
  if (patterns !== null && value !== '' && matchesGlobs(patterns.patterns, value)) {
    return { matched: true, rule, ...place };
  }
  const where = line === undefined ? '' : `, line ${line}`;
  const reason =
    patterns === null
      ? `${event} start nothing: there is no ${rule}${where}`
      : `${kind} "${value}" matches none of ${rule} (${patterns.patterns.join(', ')})${where}`;
  return { matched: false, rule, value, ...place, reason };
}
