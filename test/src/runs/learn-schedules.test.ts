import { describe, expect, it, onTestFinished } from 'vitest';
import type { Change } from '../../../src/runs/change.ts';
import type { RecordedDelivery } from '../../../src/runs/delivery-queue.ts';
import { SourceRefusal } from '../../../src/runs/forge.ts';
import { planDelivery } from '../../../src/runs/plan-delivery.ts';
import { openSqlite } from '../../../src/sql/open-sqlite.ts';
import { createSqlSchedules } from '../../../src/sql/sql-schedules.ts';
import { sampleChange } from './sample-run.ts';

const nightly = `on:
  push: { branches: [main] }
  schedule:
    - cron: '0 3 * * *'
    - { cron: '0 4 * * *', branch: release, timezone: Europe/Paris, missed: once }
image: node:24
steps: [make]
`;
const plain = 'image: node:24\nsteps: [make]\n';
const tip = 'b'.repeat(40);

/** A control over a database of its own, whose repository holds `file` at every commit. */
async function openPlanner({ heads = { 'refs/heads/main': tip }, defaultBranch = 'main' } = {}) {
  const db = await openSqlite(':memory:');
  onTestFinished(() => db.destroy());
  const schedules = createSqlSchedules(db);
  const commit = { subject: 'Mend', message: 'Mend\n', authorName: 'Ada', authorEmail: 'ada@example.org' };
  let known: Readonly<Record<string, string>> = heads;
  let isAway = false;
  let ids = 0;
  const refs = {
    async list(_: unknown, names: readonly string[]) {
      if (isAway) throw new SourceRefusal('unreachable', 'the server is away');
      return new Map(Object.entries(known).filter(([ref]) => names.includes(ref)));
    },
    defaultBranch: async () => defaultBranch,
  };

  async function plan(
    asked: Partial<Change> | { deleted: string },
    file: string | undefined,
    given: Partial<RecordedDelivery> = {},
  ) {
    const repository = 'octo/app';
    const interpret = () =>
      'deleted' in asked
        ? { ignored: 'deleted', deleted: [{ repository, name: asked.deleted }] }
        : { changes: [sampleChange({ sha: tip, ...asked })] };
    const delivery: RecordedDelivery = {
      id: 'delivery',
      source: 'github',
      event: 'push',
      body: Buffer.from('{}'),
      receivedAtMs: 1,
      correlationId: 'c',
      tries: 0,
      ...given,
    };
    return planDelivery(
      delivery,
      {
        forges: {
          github: {
            interpret,
            sourceOf: ({ ref, sha }) => ({ repository, ref, sha, cloneUrl: 'https://git.example.org/' }),
            cloneCredential: async () => undefined,
          },
        },
        pipelines: {
          read: async ({ sha }) => ({
            files: new Map(file === undefined ? [] : [['.hookline.yml', file]]),
            root: [],
            commit: { sha, ...commit },
          }),
        },
        calendar: { schedules, refs },
        now: () => Date.parse('2026-05-04T12:00:00Z'),
        newId: () => `id${++ids}`,
      },
      AbortSignal.timeout(10_000),
    );
  }

  return {
    plan,
    /** The time of the default branch comes. */
    fire: (file: string | undefined, cron = '0 3 * * *') => {
      const branch = { provider: 'github', repository: 'octo/app', name: 'main', defaultBranch: 'main' };
      const body = { branch, schedule: { cron, timezone: 'UTC', dueAtMs: 1_000 } };
      return plan({}, file, {
        source: 'hookline',
        event: 'schedule',
        body: Buffer.from(JSON.stringify(body)),
      });
    },
    setHeads(now: Readonly<Record<string, string>>) {
      known = now;
    },
    leave() {
      isAway = true;
    },
    crons: async () => (await schedules.list({}, { limit: 100 })).items.map(({ cron }) => cron),
    all: async () => (await schedules.list({}, { limit: 100 })).items,
  };
}

describe('a push to the default branch', () => {
  it('brings the times of its file that name no other branch', async () => {
    const planner = await openPlanner();
    await planner.plan({ defaultBranch: 'main' }, nightly);
    expect(await planner.all()).toMatchObject([
      {
        branch: { provider: 'github', repository: 'octo/app', name: 'main', defaultBranch: 'main' },
        cron: '0 3 * * *',
        timezone: 'UTC',
        missed: 'skip',
        dueAtMs: Date.parse('2026-05-05T03:00:00Z'),
      },
    ]);
  });

  it('takes away what the file does not have any more, and all without a file', async () => {
    const planner = await openPlanner();
    await planner.plan({ defaultBranch: 'main' }, nightly);
    await planner.plan({ defaultBranch: 'main' }, nightly.replace("'0 3", "'0 5"));
    expect(await planner.crons()).toEqual(['0 5 * * *']);
    expect(await planner.plan({ defaultBranch: 'main' }, undefined)).toMatchObject({ runs: [] });
    expect(await planner.crons()).toEqual([]);
  });

  it('leaves them as they are when the file cannot be read', async () => {
    const planner = await openPlanner();
    await planner.plan({ defaultBranch: 'main' }, nightly);
    await planner.plan({ defaultBranch: 'main' }, 'steps: 7');
    expect(await planner.crons()).toEqual(['0 3 * * *']);
  });

  it('asks the server which branch that is where the provider does not say', async () => {
    const planner = await openPlanner({ defaultBranch: 'trunk' });
    await planner.plan({ branch: 'trunk', ref: 'refs/heads/trunk' }, nightly);
    expect(await planner.all()).toMatchObject([{ branch: { name: 'trunk', defaultBranch: 'trunk' } }]);
  });
});

describe('the times of another branch', () => {
  it('are those that name it, in its own file', async () => {
    const planner = await openPlanner();
    await planner.plan(
      { branch: 'release', ref: 'refs/heads/release', defaultBranch: 'main' },
      nightly.replace('main]', 'release]'),
    );
    expect(await planner.all()).toMatchObject([
      { branch: { name: 'release' }, cron: '0 4 * * *', timezone: 'Europe/Paris', missed: 'once' },
    ]);
  });

  it('are gone when it is deleted', async () => {
    const planner = await openPlanner();
    await planner.plan({ defaultBranch: 'main' }, nightly);
    await planner.plan({ deleted: 'main' }, undefined);
    expect(await planner.crons()).toEqual([]);
  });
});

describe('a delivery that comes late', () => {
  it('has the word only if its commit is the head still', async () => {
    const planner = await openPlanner();
    await planner.plan({ defaultBranch: 'main' }, nightly);
    await planner.plan({ defaultBranch: 'main', sha: 'a'.repeat(40) }, plain, { isLate: true });
    expect(await planner.crons()).toEqual(['0 3 * * *']);
    await planner.plan({ defaultBranch: 'main' }, plain, { isLate: true });
    expect(await planner.crons()).toEqual([]);
  });
});

describe('a time that has come', () => {
  it('builds the commit that the branch stands at now, and says whose time it was', async () => {
    const planner = await openPlanner();
    expect(await planner.fire(nightly)).toMatchObject({
      runs: [
        {
          change: {
            event: 'schedule',
            sha: tip,
            branch: 'main',
            title: 'Mend',
            author: { name: 'Ada' },
            schedule: { cron: '0 3 * * *', timezone: 'UTC', dueAtMs: 1_000 },
          },
          supersedes: false,
        },
      ],
    });
  });

  it('that the file does not have any more builds nothing, and is forgotten', async () => {
    const planner = await openPlanner();
    await planner.plan({ defaultBranch: 'main' }, nightly);
    const planned = await planner.fire(plain);
    expect(planned).toMatchObject({ runs: [], no: [expect.stringContaining('has no schedule "0 3 * * *')] });
    expect(await planner.crons()).toEqual([]);
  });

  it('of a branch that is gone builds nothing, and is forgotten', async () => {
    const planner = await openPlanner();
    await planner.plan({ defaultBranch: 'main' }, nightly);
    planner.setHeads({});
    expect(await planner.fire(nightly)).toMatchObject({ no: [expect.stringContaining('main is gone')] });
    expect(await planner.crons()).toEqual([]);
  });

  it('is tried again while the server cannot be asked', async () => {
    const planner = await openPlanner();
    planner.leave();
    expect(await planner.fire(nightly)).toEqual({ again: 'the server is away' });
  });

  it('whose file is broken is a run in error, so that somebody sees it', async () => {
    const planner = await openPlanner();
    expect(await planner.fire('steps: 7')).toMatchObject({ runs: [{ error: { code: 'pipeline' } }] });
  });
});
