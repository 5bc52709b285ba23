import type { PlannedChange } from '../../pipelines/plan.ts';
import type { Change } from './change.ts';

/** A change in the words that pipelines are matched and planned in. */
export function triggerOf(change: Change): PlannedChange {
  return {
    event: change.event,
    ...(change.branch === undefined ? {} : { branch: change.branch }),
    ...(change.tag === undefined ? {} : { tag: change.tag }),
    ...requestOf(change),
    ...typeOf(change),
    ...(change.schedule === undefined ? {} : { schedule: change.schedule }),
    ...(change.defaultBranch === undefined ? {} : { defaultBranch: change.defaultBranch }),
    fork: change.fork,
    about: aboutOf(change),
  };
}

function requestOf({ pullRequest, mergeGroup }: Change) {
  if (!pullRequest) return mergeGroup ? { baseBranch: mergeGroup.baseBranch } : {};
  const { baseBranch, draft, labels, labeled } = pullRequest;
  return {
    baseBranch,
    draft,
    ...(labels === undefined ? {} : { labels }),
    ...(labeled === undefined ? {} : { labeled }),
  };
}

function typeOf({ release, dispatch }: Change) {
  const type = release?.action ?? dispatch?.type;
  return type === undefined ? {} : { type };
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
