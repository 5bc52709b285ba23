import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createCacheStore } from '../../../runners/caches/cache-store.ts';
import { openLocalCaches } from '../../../runners/caches/local-caches.ts';
import { createFakeEngine } from '../../../runners/engine/fake/fake-engine.ts';
import { openRooms } from '../../../runners/rooms.ts';
import { runJob } from '../../../runners/run-job.ts';
import { startRunner } from '../../../runners/runner.ts';
import { createMemoryStore } from '../../../src/blobs/memory-store.ts';
import { systemClock } from '../../../src/clock.ts';
import { identityOf, newSeed } from '../../../src/contract/keys.ts';
import { createMemoryLink } from '../../../src/contract/memory/memory-link.ts';
import { createMemoryLiveLog } from '../../../src/contract/memory/memory-live-log.ts';
import { createMemoryTickets } from '../../../src/contract/memory/memory-tickets.ts';
import { newId } from '../../../src/ids.ts';
import { silentLog } from '../../../src/log.ts';
import { type AddressRule, parseAddressRule } from '../../../src/notify/address-rule.ts';
import { createNotify, type NotifyPorts } from '../../../src/notify/create-notify.ts';
import { createAskRun } from '../../../src/runs/ask-run.ts';
import type { CommitStatus } from '../../../src/runs/commit-status.ts';
import { startControl } from '../../../src/runs/control.ts';
import type { Forge } from '../../../src/runs/forge.ts';
import type { RunDetail } from '../../../src/runs/history.ts';
import { openJob } from '../../../src/runs/open-job.ts';
import { isFinal } from '../../../src/runs/run.ts';
import { openSqlite } from '../../../src/sql/open-sqlite.ts';
import { createSqlCommands } from '../../../src/sql/sql-commands.ts';
import { createSqlHistory } from '../../../src/sql/sql-history.ts';
import { createSqlInbox } from '../../../src/sql/sql-inbox.ts';
import { createSqlLeaseStore } from '../../../src/sql/sql-leases.ts';
import { createSqlLimits } from '../../../src/sql/sql-limits.ts';
import { createSqlOutbox } from '../../../src/sql/sql-outbox.ts';
import { createSqlRunStore } from '../../../src/sql/sql-run-store.ts';
import { createSqlRunners } from '../../../src/sql/sql-runners.ts';
import { createStatusBefore } from '../../../src/sql/status-before.ts';
import { sampleChange, sampleDelivery } from '../../src/runs/sample-run.ts';
import { waitUntil } from '../../support/wait-until.ts';

/** Of the addresses that are not public, this machine's own may be called. */
const nearby: AddressRule = (() => {
  const parsed = parseAddressRule('127.0.0.1');
  if (!parsed.ok) throw new Error('no rule');
  return parsed.rule;
})();

const limits = { logLimitBytes: 1024 * 1024, memoryBytes: 1024 * 1024, cpus: 1, pids: 64 };

/**
 * The whole of hookline in one process, with the adapters that keep everything in memory: control over SQLite, a
 * runner over the scripted engine. What a push builds is given as text.
 */
export async function openBuildWorld(
  pipeline: string,
  script: Parameters<typeof createFakeEngine>[0] = {},
  notify: Pick<NotifyPorts, 'mail' | 'secret'> = {},
) {
  const directory = await mkdtemp(join(tmpdir(), 'hookline-build-'));
  const db = await openSqlite(':memory:');
  const now = Date.now;
  const statuses: CommitStatus[] = [];
  const forge: Forge = {
    interpret: () => ({ changes: [sampleChange()] }),
    sourceOf: ({ repository, ref, sha }) => ({
      repository,
      ref,
      sha,
      cloneUrl: 'https://example.com/app.git',
    }),
    cloneCredential: async () => undefined,
    postStatus: async (status) => void statuses.push(status),
  };
  const commit = { subject: '', message: '', authorName: 'Ada', authorEmail: 'ada@example.com' };
  const pipelines = {
    read: async (source: { sha: string }) => ({
      files: new Map([['.hookline.yml', pipeline]]),
      root: [],
      commit: { ...commit, sha: source.sha },
    }),
  };
  const link = createMemoryLink();
  const tickets = createMemoryTickets();
  const live = createMemoryLiveLog();
  const blobs = createMemoryStore();
  const engine = createFakeEngine(script);
  const outbox = createSqlOutbox(db);
  const inbox = createSqlInbox(db, silentLog);
  const store = createSqlRunStore(db, { now, newId, onEffects: outbox.stored });
  const commands = createSqlCommands(db);
  const history = createSqlHistory(db);
  const forges = { github: forge };
  const vault = { open: async () => ({ TOKEN: 'open sesame' }) };
  const [seed, runnerSeed] = [newSeed(), newSeed()];
  const identity = identityOf(seed);
  const keys = new Set([identityOf(runnerSeed).publicKey]);

  const runUrl = (runId: string) => `https://ci.example.com/runs/${runId}`;

  const control = await startControl(
    {
      store,
      leases: createSqlLeaseStore(db),
      limits: createSqlLimits(db),
      deliveries: inbox,
      commands,
      registry: createSqlRunners(db),
      outbox,
      link: link.control(),
      tickets: tickets.writer,
      forges,
      pipelines,
      openJob: (run, job) => openJob(run, job, { forges, vault, store, limits }),
      runUrl,
      deliveryUrl: (id) => `https://ci.example.com/deliveries/${id}`,
      notify: createNotify({
        ...notify,
        statusBefore: createStatusBefore(db),
        vault,
        runUrl,
        now,
        rule: nearby,
      }),
      now,
      elapsed: systemClock.elapsed,
      holdNow: async () => now(),
      newId,
      random: Math.random,
      log: silentLog,
    },
    {
      identity,
      seed,
      enrolled: { runners: keys, deployers: keys },
      leaseMs: 15_000,
      ticketSweepMs: 10_000,
      queueTimeoutMs: 86_400_000,
    },
  );
  const workspaces = {
    async create(roomId: string) {
      const path = join(directory, 'workspaces', roomId);
      await mkdir(path, { recursive: true });
      return path;
    },
    remove: (roomId: string) => rm(join(directory, 'workspaces', roomId), { recursive: true }),
    sweep: async () => {},
  };
  const local = await openLocalCaches({ directory: join(directory, 'caches'), limitBytes: 0, now });
  const caches = {
    store: createCacheStore({ blobs, local }, { repositoryLimitBytes: 2 ** 30 }),
    local,
    clock: systemClock,
    limitBytes: 2 ** 30,
  };
  const rooms = openRooms(
    { engine, workspaces, log: silentLog },
    { owner: 'owner', warmRooms: 0, clock: systemClock, newId },
  );
  const runner = await startRunner(
    {
      linkTo: (address) => link.runner(address),
      tickets: tickets.reader,
      blobs,
      live: live.writer,
      clock: systemClock,
      log: silentLog,
      sweep: async () => {},
      carryOut: (spec, job) => {
        if (spec.kind !== 'build') throw new Error('nothing here deploys');
        const checkout = async () => undefined;
        return runJob(spec, job, {
          engine,
          rooms,
          checkout,
          blobs,
          caches,
          clock: systemClock,
          log: silentLog,
        });
      },
    },
    {
      queue: 'jobs',
      slots: 2,
      identity: identityOf(runnerSeed),
      controlPublicKey: identity.publicKey,
      name: 'builder',
      version: '1',
      directory: join(directory, 'runner'),
    },
  );
  onTestFinished(async () => {
    await runner.close(0);
    await rooms.close();
    await control.close();
    await inbox.close();
    await db.destroy();
    await rm(directory, { recursive: true, force: true });
  });

  async function current(): Promise<RunDetail | undefined> {
    const { items } = await history.listRuns({}, { limit: 1 });
    return items[0] && history.run(items[0].id);
  }

  return {
    engine,
    statuses,
    push: () => inbox.record(sampleDelivery(newId())),
    ask: createAskRun({ commands, now, elapsed: systemClock.elapsed, newId }),
    /** The run once it is so. */
    async run(is: (run: RunDetail) => boolean = ({ status }) => isFinal(status)): Promise<RunDetail> {
      let found: RunDetail | undefined;
      await waitUntil(
        async () => {
          found = await current();
          return found !== undefined && is(found);
        },
        { what: 'the run', timeoutMs: 10_000 },
      );
      if (!found) throw new Error('there is no run');
      return found;
    },
    async log(run: RunDetail, jobName: string): Promise<string> {
      const job = run.jobs.find(({ name }) => name === jobName);
      const texts: string[] = [];
      for (const { key } of await history.segments(job?.id ?? '', job?.attempts.at(-1)?.number ?? 1)) {
        texts.push(await new Response((await blobs.get(key))?.body).text());
      }
      return texts.join('');
    },
  };
}
