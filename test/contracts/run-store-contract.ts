import { describe, expect, it } from 'vitest';
import type { JobEvent } from '../../src/contract/job-event.ts';
import { buildPlan, deployPlan, jobId, newRun, sampleDelivery } from '../src/runs/sample-run.ts';
import { claim, move, opened, report, type Stores, settled, succeeded, withRun } from './stores.ts';

/** What every database must do for runs; `open` gives empty ones. */
export function describeRunStore(name: string, open: () => Promise<Stores>): void {
  describe(`the run store: ${name}`, () => {
    it('settles a delivery once: later verdicts change nothing and return the first runs', async () => {
      const { store, inbox, history } = await opened(open);
      await inbox.record(sampleDelivery('delivery'));
      const [first] = await store.settleDelivery('delivery', settled, [newRun([buildPlan('a')])]);
      expect(first?.number).toBe(1);
      const again = await store.settleDelivery('delivery', settled, [
        newRun([buildPlan('a')], { id: 'other' }),
      ]);
      expect(again.map((run) => run.id)).toEqual(['run']);
      const no = { outcome: 'ignored', reason: 'changed its mind', settledAtMs: 9_000 } as const;
      expect((await store.settleDelivery('delivery', no, [])).map((run) => run.id)).toEqual(['run']);
      expect(await history.delivery('delivery')).toMatchObject({ outcome: 'runs', runIds: ['run'] });
      expect(await store.get('other')).toBeUndefined();
    });

    it('creates one run when many planners settle the same delivery at the same moment', async () => {
      const { store, inbox, history } = await opened(open);
      await inbox.record(sampleDelivery('delivery'));
      const settlings = Array.from({ length: 10 }, (_, index) =>
        store.settleDelivery('delivery', settled, [newRun([buildPlan('a')], { id: `run${index}` })]),
      );
      const ids = new Set((await Promise.all(settlings)).flat().map((run) => run.id));
      expect(ids.size).toBe(1);
      expect((await history.listRuns({}, { limit: 20 })).items).toHaveLength(1);
    });

    it('keeps a recorded "no", and what of a delivery got no run', async () => {
      const { store, inbox, history } = await opened(open);
      await inbox.record(sampleDelivery('one'));
      await inbox.record(sampleDelivery('two'));
      await store.settleDelivery('one', { outcome: 'ignored', reason: 'no pipeline', settledAtMs: 2 }, []);
      const partly = { ...settled, reason: 'refs/tags/x: deleted' };
      await store.settleDelivery('two', partly, [newRun([buildPlan('a')], { deliveryId: 'two' })]);
      expect(await history.delivery('one')).toMatchObject({ outcome: 'ignored', reason: 'no pipeline' });
      expect(await history.delivery('two')).toMatchObject({
        outcome: 'runs',
        reason: 'refs/tags/x: deleted',
      });
    });

    it('numbers runs per repository, without gaps', async () => {
      const { store, inbox } = await opened(open);
      const numbers: string[] = [];
      for (const [index, repository] of ['octo/app', 'octo/lib', 'octo/app', 'octo/app'].entries()) {
        const id = `d${index}`;
        await inbox.record(sampleDelivery(id, { repository }));
        const run = newRun([buildPlan('a')], { id: `run${index}`, deliveryId: id, change: { repository } });
        const [made] = await store.settleDelivery(id, settled, [run]);
        numbers.push(`${repository} ${made?.number}`);
      }
      expect(numbers).toEqual(['octo/app 1', 'octo/lib 1', 'octo/app 2', 'octo/app 3']);
    });

    it('gives back a run exactly as it was stored, with its jobs, attempt, lease and steps', async () => {
      const stores = await withRun(open);
      await move(stores, claim('l1'));
      await move(stores, report('l1', 1, { type: 'job.started', at: 4_000, isolation: 'none' }));
      await move(stores, report('l1', 2, { type: 'step.started', at: 4_100, index: 0, name: 'test' }));
      const step: JobEvent = {
        type: 'step.finished',
        at: 4_200,
        index: 0,
        outcome: 'failure',
        exitCode: 2,
        message: 'no',
      };
      const changed = await move(stores, report('l1', 3, step));
      expect(await stores.store.get('run')).toEqual(changed);
      const again = await stores.reopen();
      expect(await again.store.get('run')).toEqual(changed);
      expect((await again.history.run('run'))?.jobs[0]?.attempts).toMatchObject([{ isolation: 'none' }]);
    });

    it('writes nothing when the event changes nothing', async () => {
      const stores = await withRun(open);
      const before = await stores.store.get('run');
      const after = await move(stores, report('nobody', 1, { type: 'job.started', at: 1 }));
      expect(after).toEqual(before);
      expect(await stores.store.change('no such run', () => expect.unreachable())).toBeUndefined();
    });

    it('stores nothing of a change whose decision throws', async () => {
      const stores = await withRun(open);
      const before = await stores.store.get('run');
      await expect(
        stores.store.change('run', () => {
          throw new Error('a defect');
        }),
      ).rejects.toThrow('a defect');
      expect(await stores.store.get('run')).toEqual(before);
    });

    it('applies changes that come at once one after the other', async () => {
      const stores = await withRun(open);
      const claims = await Promise.all(
        Array.from({ length: 8 }, (_, index) => move(stores, claim(`l${index}`))),
      );
      const holders = new Set(claims.map((run) => run?.jobs[0]?.attempt?.lease?.id));
      expect(holders.size).toBe(1);
      expect((await stores.store.get('run'))?.jobs[0]?.attempt?.lease?.id).toBe([...holders][0]);
    });

    it('keeps every attempt, and finds the newest and its lease', async () => {
      const stores = await withRun(open);
      await move(stores, claim('l1'));
      await move(stores, report('l1', 1, { type: 'step.started', at: 1, index: 0, name: 'test' }));
      await move(stores, { type: 'lease-expired', jobId: jobId('run', 'a'), leaseId: 'l1' });
      await move(stores, claim('l2', 2));
      const detail = await stores.history.run('run');
      expect(detail?.jobs[0]?.attempts).toMatchObject([
        { number: 1, status: 'lost', runner: 'builder-1', steps: [{ status: 'error' }] },
        { number: 2, status: 'leased' },
      ]);
      expect(await stores.store.leaseOf('l1')).toMatchObject({ attempt: 1, jobId: jobId('run', 'a') });
      expect(await stores.store.leaseOf('l2')).toMatchObject({ attempt: 2, runId: 'run' });
      expect(await stores.store.leaseOf('l3')).toBeUndefined();
      expect(await stores.store.runIdOfJob(jobId('run', 'b'))).toBe('run');
      expect(await stores.store.runIdOfJob('nobody')).toBeUndefined();
    });

    it('names the attempts that wait for a runner, the oldest first, with their queue', async () => {
      const stores = await opened(open);
      await stores.inbox.record(sampleDelivery('delivery'));
      const plans = [buildPlan('a'), buildPlan('b', ['a']), deployPlan('live', ['a'])];
      await stores.store.settleDelivery('delivery', settled, [newRun(plans)]);
      expect(await stores.store.queuedTickets(10)).toEqual([
        { queue: 'jobs', jobId: jobId('run', 'a'), attempt: 1 },
      ]);
      await move(stores, claim('l1'));
      expect(await stores.store.queuedTickets(10)).toEqual([]);
      await move(stores, report('l1', 1, succeeded));
      const queues = (await stores.store.queuedTickets(10)).map(({ queue }) => queue);
      expect(queues.sort()).toEqual(['deployments', 'jobs']);
      expect(await stores.store.queuedTickets(1)).toHaveLength(1);
    });

    it('answers with the artifact as the last attempt stored it', async () => {
      const stores = await withRun(open);
      const artifact = (key: string): JobEvent => ({
        type: 'artifact.stored',
        at: 1,
        name: 'app',
        key,
        sizeBytes: 3,
        sha256: 'f'.repeat(64),
        fileCount: 1,
      });
      await move(stores, claim('l1'));
      await move(stores, report('l1', 1, artifact('k1')));
      await move(stores, { type: 'lease-expired', jobId: jobId('run', 'a'), leaseId: 'l1' });
      await move(stores, claim('l2', 2));
      await move(stores, report('l2', 1, artifact('k2')));
      expect(await stores.store.artifactOf('run', 'a', 'app')).toMatchObject({ key: 'k2', sizeBytes: 3 });
      expect(await stores.store.artifactOf('run', 'a', 'other')).toBeUndefined();
    });
  });
}
