import { describe, expect, it, onTestFinished } from 'vitest';
import type { JobPlan } from '../../pipelines/plan.ts';
import { silentLog } from '../../src/log.ts';
import { carryOutCommand } from '../../src/runs/carry-out-command.ts';
import { type RunEvent, transition } from '../../src/runs/transition.ts';
import { buildPlan, deployPlan, jobId, newRun, sampleDelivery, sampleLease } from '../src/runs/sample-run.ts';
import type { Stores } from './stores.ts';

const settled = { outcome: 'runs', settledAtMs: 1_500 } as const;
const newest = { group: 'g', newestWins: true } as const;
const deploy = 'deploy production';

/** What every database must do for groups in which the newest wins. */
export function describeNewest(name: string, open: () => Promise<Stores>): void {
  async function opened(): Promise<Stores> {
    const stores = await open();
    onTestFinished(() => stores.close());
    return stores;
  }

  async function arrives({ inbox, store }: Stores, id: string, plans: JobPlan[]) {
    await inbox.record(sampleDelivery(id));
    await store.settleDelivery(id, settled, [newRun(plans, { id, deliveryId: id })]);
  }

  async function carryOut({ commands, store }: Stores): Promise<void> {
    for (let nowMs = 10_000; ; nowMs += 1) {
      const taken = await commands.take({ nowMs, holdMs: 1_000, limit: 9 });
      if (taken.length === 0) return;
      for (const command of taken) {
        await carryOutCommand(command, { store, now: () => nowMs, log: silentLog });
      }
    }
  }

  const move = ({ store }: Stores, id: string, ...events: RunEvent[]) =>
    store.change(id, (run) =>
      events.reduce(
        (moved, event) => {
          const next = transition(moved.run, event, 5_000);
          return {
            ...next,
            effects: [...moved.effects, ...next.effects],
            replaced: [...moved.replaced, ...next.replaced],
          };
        },
        { run, effects: [], facts: [], replaced: [] } as ReturnType<typeof transition>,
      ),
    );
  const claim = (id: string, job: string): RunEvent => ({
    type: 'claimed',
    jobId: jobId(id, job),
    attempt: 1,
    lease: sampleLease(`l-${id}-${job}`),
  });
  const end = (id: string, job: string, outcome: 'success' | 'cancelled' = 'success'): RunEvent => ({
    type: 'reported',
    jobId: jobId(id, job),
    leaseId: `l-${id}-${job}`,
    seq: 1,
    body: { type: 'job.finished', at: 3_000, outcome, logLines: 0, logBytes: 0, logCut: false },
  });
  const jobsOf = async ({ store }: Stores, job: string, ...ids: string[]) => {
    const runs = await Promise.all(ids.map((id) => store.get(id)));
    return runs.map((run) => run?.jobs.find((candidate) => candidate.name === job)?.status);
  };

  describe(`groups in which the newest wins: ${name}`, () => {
    const build = [buildPlan('a', [], newest)];

    it('end what waits, stop what runs, and go to the newest', async () => {
      const stores = await opened();
      await arrives(stores, 'a', build);
      await carryOut(stores);
      await move(stores, 'a', claim('a', 'a'));
      await arrives(stores, 'b', build);
      await arrives(stores, 'c', build);
      await carryOut(stores);
      expect(await jobsOf(stores, 'a', 'a', 'b', 'c')).toEqual(['running', 'cancelled', 'waiting']);
      expect(await stores.leases.renew('l-a-a', 1, 20_000)).toBe('cancel');
      expect(await stores.history.run('b')).toMatchObject({
        status: 'cancelled',
        jobs: [{ reason: { code: 'superseded', message: 'superseded by run #3 in group "g"' } }],
      });
      await move(stores, 'a', end('a', 'a', 'cancelled'));
      await carryOut(await stores.reopen());
      expect(await jobsOf(stores, 'a', 'a', 'c')).toEqual(['cancelled', 'queued']);
    });

    it('let a deployment that has begun come to its end, and end those that have not', async () => {
      const stores = await opened();
      const only = [deployPlan('production', [], newest)];
      await arrives(stores, 'a', only);
      await carryOut(stores);
      await move(stores, 'a', claim('a', deploy));
      await arrives(stores, 'b', only);
      await arrives(stores, 'c', only);
      await carryOut(stores);
      expect(await jobsOf(stores, deploy, 'a', 'b', 'c')).toEqual(['running', 'cancelled', 'waiting']);
      await move(stores, 'a', end('a', deploy));
      await carryOut(stores);
      expect(await jobsOf(stores, deploy, 'a', 'c')).toEqual(['success', 'queued']);
    });

    it('are not for an older run that comes late, unless somebody runs it again', async () => {
      const stores = await opened();
      const plans = [buildPlan('test'), deployPlan('production', ['test'], newest)];
      await arrives(stores, 'a', plans);
      await arrives(stores, 'b', plans);
      await move(stores, 'b', claim('b', 'test'), end('b', 'test'));
      await carryOut(stores);
      await move(stores, 'b', claim('b', deploy), end('b', deploy));
      await move(stores, 'a', claim('a', 'test'), end('a', 'test'));
      await carryOut(stores);
      expect(await jobsOf(stores, deploy, 'a', 'b')).toEqual(['cancelled', 'success']);
      await move(stores, 'a', { type: 'retried', scope: 'failed' });
      await carryOut(stores);
      expect(await jobsOf(stores, deploy, 'a')).toEqual(['queued']);
    });

    it('end nothing for a job that does not say so', async () => {
      const stores = await opened();
      await arrives(stores, 'a', build);
      await arrives(stores, 'b', [buildPlan('a', [], { group: 'g' })]);
      await carryOut(stores);
      expect(await jobsOf(stores, 'a', 'a', 'b')).toEqual(['queued', 'waiting']);
    });
  });
}
