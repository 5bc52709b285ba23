import type { PlannedChange } from '../../pipelines/plan.ts';
import type { Change } from './change.ts';

/** A change in the words that pipelines are matched and planned in. */
export function triggerOf(change: Change): PlannedChange {
  return {
    event: change.event,
    ...(change.branch === undefined ? {} : { branch: change.branch }),
    ...(change.tag === undefined ? {} : { tag: change.tag }),
    ...(change.pullRequest === undefined ? {} : { baseBranch: change.pullRequest.baseBranch }),
    ...(change.schedule === undefined ? {} : { schedule: change.schedule }),
    ...(change.defaultBranch === undefined ? {} : { defaultBranch: change.defaultBranch }),
    fork: change.fork,
    about: aboutOf(change),
  };
}

/** What conditions of a `.travis.yml` ask for besides. */
function aboutOf({ repository, message, title, sender, pullRequest }: Change) {
  return {
    repository,
    message: pullRequest ? '' : message || title,
    ...(sender === undefined ? {} : { sender }),
    ...(pullRequest?.headRepository ? { headRepository: pullRequest.headRepository } : {}),
    ...(pullRequest ? { headBranch: pullRequest.headBranch } : {}),
  };
}
