import { matchesGlobs } from './glob.ts';
import type { TriggerChange } from './match-trigger.ts';
import type { NotificationDefinition, NotificationPlan } from './notification.ts';
import type { Pipeline } from './pipeline.ts';
import { factsOf } from './travis/change-facts.ts';
import { holds } from './travis/expression.ts';

/** Who is told how this run ended. Of a fork nobody: a stranger's file would have the service write to whom it likes. */
export function planNotifications(
  { notifications = [] }: Pick<Pipeline, 'notifications'>,
  change: TriggerChange & { fork: boolean },
): { notifications?: NotificationPlan[] } {
  const meant = change.fork ? [] : notifications.filter((each) => isFor(each, change));
  return meant.length === 0 ? {} : { notifications: meant.map(({ on, target }) => ({ on, target })) };
}

function isFor({ pullRequests, branches, only }: NotificationDefinition, change: TriggerChange): boolean {
  const isAsked = change.event === 'pull_request';
  if (isAsked && !pullRequests) return false;
  if (only && !holds(only, factsOf(change))) return false;
  if (!branches) return true;
  const branch = isAsked ? change.baseBranch : change.branch;
  return branch !== undefined && matchesGlobs(branches.patterns, branch);
}
