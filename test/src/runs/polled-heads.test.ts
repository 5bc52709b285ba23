import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { listRemote } from '../../../runners/workspace/list-remote.ts';
import { openMirrors } from '../../../runners/workspace/mirror.ts';
import { createGitForge } from '../../../src/git/git-forge.ts';
import { createPipelineSource } from '../../../src/git/pipeline-source.ts';
import { createRemoteRefs } from '../../../src/git/remote-refs.ts';
import { newId } from '../../../src/ids.ts';
import { silentLog } from '../../../src/log.ts';
import { planDelivery } from '../../../src/runs/plan-delivery.ts';
import { startHeads } from '../../../src/runs/start-heads.ts';
import { openSqlite } from '../../../src/sql/open-sqlite.ts';
import { createSqlHeads } from '../../../src/sql/sql-heads.ts';
import { createSqlInbox } from '../../../src/sql/sql-inbox.ts';
import { createSqlSchedules } from '../../../src/sql/sql-schedules.ts';
import { interpretPushEvent } from '../../../src/webhooks/generic/interpret-push-event.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { openWorkingCopy } from '../../support/working-copy.ts';

it('a bare repository that nobody tells of is looked at, and what is pushed to it is planned once', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'hookline-polled-'));
  const copy = await openWorkingCopy(join(directory, 'work'));
  await copy.git('init', '--quiet', '--bare', '--initial-branch=main', join(directory, 'site.git'));
  const url = `file://${directory}/site.git`;
  const push = async (text: string, ref: string) => {
    const sha = await copy.commit('.hookline.yml', `image: node:24\nsteps: [make]\n# ${text}\n`);
    await copy.git('push', '--quiet', url, `main:${ref}`);
    return sha;
  };
  await push('from before', 'refs/heads/main');

  const db = await openSqlite(join(directory, 'hookline.db'));
  const allowedBases = [`file://${directory}`];
  const mirrors = openMirrors({ directory: join(directory, 'mirrors'), allowedBases });
  const inbox = createSqlInbox(db, silentLog);
  const heads = createSqlHeads(db);
  const refs = createRemoteRefs((repository, wanted, { signal }) =>
    listRemote(repository, wanted, { allowedBases, signal }),
  );
  const repositories = new Map([['site', url]]);
  const git = createGitForge({ interpret: interpretPushEvent, repositories, credentials: new Map() });
  const forges = { git };
  const loop = startHeads(
    { heads, refs, forges, now: Date.now, newId, random: () => 0.5, log: silentLog },
    { everyMs: 300_000, polled: { places: [{ provider: 'git', repository: 'site' }], everyMs: 20 } },
  );
  onTestFinished(async () => {
    await loop.close();
    await inbox.close();
    await mirrors.close();
    await db.destroy();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  });
  const deliveries = () => db.selectFrom('deliveries').selectAll().orderBy('id').execute();

  // The first look learns what is there, which may be as old as the repository.
  await waitUntil(async () => (await heads.known('site')).size === 1, {
    what: 'the first look',
    timeoutMs: 30_000,
  });
  expect(await deliveries()).toEqual([]);

  const moved = await push('moved', 'refs/heads/main');
  await waitUntil(async () => (await deliveries()).length === 1, { what: 'the push', timeoutMs: 30_000 });
  const made = await push('new', 'refs/heads/feature');

  const planned: string[] = [];
  const planNext = async () => {
    for (const delivery of await inbox.take({ nowMs: Date.now(), holdMs: 60_000, limit: 1 })) {
      const calendar = { schedules: createSqlSchedules(db), refs };
      const pipelines = createPipelineSource(mirrors);
      const ports = { forges, pipelines, calendar, heads, now: Date.now, newId };
      const outcome = await planDelivery(delivery, ports, AbortSignal.timeout(60_000));
      const runs = 'runs' in outcome ? outcome.runs : [];
      planned.push(
        ...runs.map(({ change }) => `${change.provider} ${change.event} ${change.ref} ${change.sha}`),
      );
      await db.updateTable('deliveries').set({ outcome: 'ignored' }).where('id', '=', delivery.id).execute();
      expect({ isLate: delivery.isLate, event: delivery.event }).toEqual({
        event: 'head',
        isLate: undefined,
      });
    }
    return planned.length === 2;
  };
  await waitUntil(planNext, { what: 'both to be planned', timeoutMs: 30_000 });
  expect(planned).toEqual([`git push refs/heads/main ${moved}`, `git push refs/heads/feature ${made}`]);
});
