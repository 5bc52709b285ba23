import type { Interpretation } from '../../runs/change.ts';
import { interpretMergeGroup } from './interpret-merge-group.ts';
import { interpretPullRequest } from './interpret-pull-request.ts';
import { interpretPush } from './interpret-push.ts';
import { interpretDispatch, interpretRelease } from './interpret-release.ts';
import { knownEvents } from './known-events.ts';

/**
 * Says what a GitHub event asks to be built. Pure. Events that build nothing are not looked into; a push or pull
 * request whose payload cannot be read throws a `WebhookRefusal`.
 */
export function interpretGithubEvent({
  event,
  payload,
}: {
  event: string;
  payload: unknown;
}): Interpretation {
  switch (event) {
    case 'push':
      return interpretPush(payload);
    case 'pull_request':
      return interpretPullRequest(payload);
    case 'merge_group':
      return interpretMergeGroup(payload);
    case 'release':
      return interpretRelease(payload);
    case 'repository_dispatch':
      return interpretDispatch(payload);
    case 'issue_comment':
      return { ignored: 'a comment that is no command: it builds nothing' };
    case 'ping':
      return { ignored: 'a ping builds nothing: it says that the webhook works' };
    default:
      return {
        ignored: knownEvents.has(event)
          ? `event ${event} builds nothing`
          : `event ${event} is not one that hookline knows`,
      };
  }
}
