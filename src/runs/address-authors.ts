import { addressForm, type NotificationPlan } from '../../pipelines/notification.ts';
import type { Plan } from '../../pipelines/plan.ts';
import type { CommitFacts } from './forge.ts';

/** The plan with the addresses of the commit's author and committer in place of the word, but for those that nobody reads. */
export function addressAuthors(plan: Plan, { authorEmail, committerEmail = '' }: CommitFacts): Plan {
  if (!plan.notifications) return plan;
  const isRead = (address: string) => addressForm.test(address) && !/\bno-?reply\b/i.test(address);
  const to = [...new Set([authorEmail, committerEmail].filter(isRead))];
  const notifications = plan.notifications.map(
    (each): NotificationPlan =>
      each.target.type === 'email' && each.target.to === 'author'
        ? { ...each, target: { type: 'email', to } }
        : each,
  );
  return { ...plan, notifications };
}
