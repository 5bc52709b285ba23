import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { listRemote } from '../../../runners/workspace/list-remote.ts';
import { openMirrors } from '../../../runners/workspace/mirror.ts';
import { createPipelineSource } from '../../../src/git/pipeline-source.ts';
import { createRemoteRefs } from '../../../src/git/remote-refs.ts';
import { tokenAccess } from '../../../src/github/github-access.ts';
import { createGithubForge } from '../../../src/github/github-forge.ts';
import { newId } from '../../../src/ids.ts';
import { silentLog } from '../../../src/log.ts';
import { graceMs } from '../../../src/runs/compare-heads.ts';
import { lookAtHeads } from '../../../src/runs/look-at-heads.ts';
import { planDelivery } from '../../../src/runs/plan-delivery.ts';
import { openSqlite } from '../../../src/sql/open-sqlite.ts';
import { replayDelivery } from '../../../src/sql/replay-delivery.ts';
import { createSqlHeads } from '../../../src/sql/sql-heads.ts';
import { createSqlHistory } from '../../../src/sql/sql-history.ts';
import { createSqlInbox } from '../../../src/sql/sql-inbox.ts';
import { createSqlRunStore } from '../../../src/sql/sql-run-store.ts';
import { createSqlSchedules } from '../../../src/sql/sql-schedules.ts';
import { interpretGithubEvent } from '../../../src/webhooks/github/interpret-github-event.ts';
import { startGitHost } from '../../githost/git-host.ts';
import { openHooklineProject } from '../../support/hookline-project.ts';

const token = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz';
const pipeline = 'image: node:24\nsteps: [make]\n';

/** A git host and the intake over SQLite, between which the test alone carries deliveries; time is the test's, too. */
export async function openHeadScene() {
  const directory = await mkdtemp(join(tmpdir(), 'hookline-heads-'));
  const git = await startGitHost({ directory: join(directory, 'git'), token });
  const db = await openSqlite(join(directory, 'hookline.db'));
  const allowedBases = [git.url];
  const mirrors = openMirrors({ directory: join(directory, 'mirrors'), allowedBases });
  onTestFinished(async () => {
    await mirrors.close();
    await db.destroy();
    await git.close();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  });
  let nowMs = Date.parse('2026-05-04T12:00:00Z');
  const now = () => nowMs;
  const inbox = createSqlInbox(db, silentLog);
  const history = createSqlHistory(db);
  const store = createSqlRunStore(db, { now, newId, onEffects() {} });
  const heads = createSqlHeads(db);
  const refs = createRemoteRefs((repository, wanted, { signal }) =>
    listRemote(repository, wanted, { allowedBases, signal }),
  );
  const { url: serverUrl, apiUrl } = git;
  const forges = {
    github: createGithubForge({
      interpret: interpretGithubEvent,
      serverUrl,
      apiUrl,
      access: tokenAccess(token),
    }),
  };
  const signal = AbortSignal.timeout(60_000);

  async function planAll(): Promise<void> {
    for (;;) {
      const [delivery] = await inbox.take({ nowMs: now(), holdMs: 60_000, limit: 1 });
      if (!delivery) return;
      const planned = await planDelivery(
        delivery,
        {
          forges,
          pipelines: createPipelineSource(mirrors),
          calendar: { schedules: createSqlSchedules(db), refs },
          heads,
          now,
          newId,
        },
        signal,
      );
      if ('again' in planned) throw new Error(planned.again);
      const reason = planned.no.join('; ');
      const verdict =
        planned.runs.length > 0
          ? { outcome: 'runs' as const, settledAtMs: nowMs }
          : { outcome: 'ignored' as const, reason, settledAtMs: nowMs };
      await store.settleDelivery(delivery.id, verdict, planned.runs);
    }
  }

  let pushes = 0;
  const name = 'octo/app';
  const hookUrl = 'http://127.0.0.1:9/nobody-listens';
  const project = await openHooklineProject({
    git,
    name,
    secret: 'secret',
    hookUrl,
    path: join(directory, 'work'),
  });
  let carried = git.deliveries().length;

  return {
    git,
    planAll,
    push(branch = 'main', message?: string) {
      pushes += 1;
      return project.push(`${pipeline}# ${pushes}\n`, {
        branch,
        ...(message === undefined ? {} : { message }),
      });
    },
    /** What the host wanted to deliver since the last time arrives now, and is planned. */
    async carry() {
      const sent = git.deliveries().slice(carried);
      carried += sent.length;
      for (const { event, payload, guid } of sent) {
        const id = newId();
        const body = Buffer.from(JSON.stringify(payload));
        await inbox.record({
          id,
          source: 'github',
          deliveryId: guid,
          event,
          repository: name,
          bodySha256: guid,
          contentType: 'application/json',
          headers: {},
          body,
          receivedAtMs: now(),
          correlationId: id,
        });
      }
      await planAll();
    },
    /** What the host wanted to deliver since the last time is lost. */
    lose() {
      carried = git.deliveries().length;
    },
    /** Two looks with the grace between them, and the planning of what they took in. */
    async look() {
      for (const waitMs of [60_000, graceMs]) {
        nowMs += waitMs;
        for (const place of await heads.repositories(0)) {
          const claimed = await heads.claim(place.repository, { nowMs, unlessSinceMs: nowMs });
          if (claimed)
            await lookAtHeads(place, claimed, { heads, refs, forges, now, newId, log: silentLog }, signal);
        }
      }
      await planAll();
    },
    replay: (deliveryId: string) =>
      replayDelivery(db, { deliveryId, id: newId(), by: 'ada', askedAtMs: nowMs }),
    runs: async () => (await history.listRuns({}, { limit: 100 })).items,
    run: history.run,
    deliveries: async () => (await history.listDeliveries({}, { limit: 100 })).items,
  };
}
