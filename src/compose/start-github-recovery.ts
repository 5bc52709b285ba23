import type { Config } from '../config.ts';
import { createGithubDeliveryLog } from '../github/github-delivery-log.ts';
import type { Log } from '../log.ts';
import type { Loop } from '../loop.ts';
import type { RecoveryStore } from '../runs/delivery-log.ts';
import type { Forge } from '../runs/forge.ts';
import { startRecovery } from '../runs/start-recovery.ts';
import { takeInFound } from '../webhooks/github/take-in-found.ts';
import type { Inbox } from '../webhooks/inbox.ts';

const everyMs = 5 * 60_000;

/** Looks for deliveries of GitHub that never arrived, as far as there is a token to ask with. */
export function startGithubRecovery(
  { github, repositories }: Config,
  ports: {
    store: RecoveryStore;
    inbox: Inbox;
    forge: Forge;
    publicUrl: string;
    now: () => number;
    newId: () => string;
    log: Log;
  },
): Loop | undefined {
  const { store, inbox, forge, publicUrl, now, newId, log } = ports;
  const { apiUrl, token } = github;
  if (token === undefined) {
    log.info('no GITHUB_TOKEN is set: deliveries that never arrive are not looked for');
    return undefined;
  }
  return startRecovery(
    {
      sent: createGithubDeliveryLog({ apiUrl, token, hookUrl: `${publicUrl}/webhooks/github` }),
      store,
      takeIn: takeInFound({ inbox, now, newId }),
      interpret: forge.interpret,
      now,
      log,
    },
    { everyMs, ...(repositories === undefined ? {} : { repositories: withOwners(repositories) }) },
  );
}

/** Those of CodeCommit have none. */
function withOwners(repositories: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...repositories].filter((name) => name.includes('/')));
}
