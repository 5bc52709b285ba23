import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { tokenAccess } from '../../../src/github/github-access.ts';
import { createGithubDeliveryLog } from '../../../src/github/github-delivery-log.ts';
import { createGithubForge } from '../../../src/github/github-forge.ts';
import { newId } from '../../../src/ids.ts';
import { type Log, silentLog } from '../../../src/log.ts';
import type { RecoveryPorts } from '../../../src/runs/recover-deliveries.ts';
import { openSqlite } from '../../../src/sql/open-sqlite.ts';
import { createSqlHistory } from '../../../src/sql/sql-history.ts';
import { createSqlInbox } from '../../../src/sql/sql-inbox.ts';
import { createSqlRecovery } from '../../../src/sql/sql-recovery.ts';
import { githubWebhook } from '../../../src/webhooks/github/github-webhook.ts';
import { interpretGithubEvent } from '../../../src/webhooks/github/interpret-github-event.ts';
import { takeInFound } from '../../../src/webhooks/github/take-in-found.ts';
import { startGitHost } from '../../githost/git-host.ts';
import { openHooklineProject } from '../../support/hookline-project.ts';

const token = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz';
const secret = 'a secret that only the two of us know';

/** A git host, an inbox over SQLite, and between them a door that the test opens and closes. */
export async function openRecoveryScene() {
  const directory = await mkdtemp(join(tmpdir(), 'hookline-recovery-'));
  const git = await startGitHost({ directory: join(directory, 'git'), token });
  const db = await openSqlite(join(directory, 'hookline.db'));
  const inbox = createSqlInbox(db, silentLog);
  const history = createSqlHistory(db);
  const store = createSqlRecovery(db);
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const said: string[] = [];
  const say = (...words: unknown[]) => void said.push(String(words.at(-1)));
  const log = { ...silentLog, debug: say, info: say, warn: say, error: say, fatal: say } satisfies Log;

  const webhook = githubWebhook({ secrets: [secret], inbox, now, newId, log: silentLog });
  /** What every delivery is answered with instead of being taken, or nothing for a connection that breaks. */
  let door: 'open' | 'closed' | number = 'open';
  const server = createServer((request, response) => {
    if (door === 'closed') return void request.socket.destroy();
    if (door !== 'open')
      return void request.resume().once('end', () => response.writeHead(Number(door)).end());
    void webhook.answer(request, response);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const hookUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/github`;

  onTestFinished(async () => {
    await git.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await inbox.close();
    await db.destroy();
    await rm(directory, { recursive: true, force: true });
  });

  const forge = createGithubForge({
    interpret: interpretGithubEvent,
    serverUrl: git.url,
    apiUrl: git.apiUrl,
    access: tokenAccess(token),
  });
  const ports: RecoveryPorts = {
    sent: createGithubDeliveryLog({ apiUrl: git.apiUrl, access: tokenAccess(token), hookUrl }),
    store,
    takeIn: takeInFound({ inbox, now, newId }),
    interpret: forge.interpret,
    now,
    log,
  };

  return {
    directory,
    git,
    forge,
    history,
    db,
    inbox,
    store,
    ports,
    said,
    hookUrl,
    setDoor(state: typeof door) {
      door = state;
    },
    /** The clock of this service, not that of the git host. */
    sleep(ms: number) {
      aheadMs += ms;
    },
    project: (name: string, given: { secret?: string } = {}) =>
      openHooklineProject({ git, name, secret, hookUrl, path: join(directory, 'work', name), ...given }),
    /** What the inbox has, the oldest first. */
    async deliveries() {
      const { items } = await history.listDeliveries({}, { limit: 100 });
      return items.reverse();
    },
  };
}

export type RecoveryScene = Awaited<ReturnType<typeof openRecoveryScene>>;
