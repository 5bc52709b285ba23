import { emitterEventNames } from '@octokit/webhooks';

/** The events GitHub documents. @octokit/webhooks lists them with their actions: `issues`, `issues.opened`, … */
export const knownEvents: ReadonlySet<string> = new Set(
  emitterEventNames.map((name) => name.split('.', 1)[0] ?? name),
);
