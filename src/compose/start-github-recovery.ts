import type { Config } from '../config.ts';
import type { GithubAccess } from '../github/github-access.ts';
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
    access: GithubAccess | undefined;
    publicUrl: string;
    now: () => number;
    newId: () => string;
    log: Log;
  },
): Loop | undefined {
  const { store, inbox, forge, access, publicUrl, now, newId, log } = ports;
  const { apiUrl } = github;
  if (access?.kind !== 'token') {
    // An App has one webhook for all of its installations, and the log of that one names no repositories.
    log.info('without GITHUB_TOKEN deliveries are not looked for in the log of GitHub');
    return undefined;
  }
  return startRecovery(
    {
      sent: createGithubDeliveryLog({ apiUrl, access, hookUrl: `${publicUrl}/webhooks/github` }),
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
