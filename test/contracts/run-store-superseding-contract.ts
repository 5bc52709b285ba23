import { describe, expect, it, onTestFinished } from 'vitest';
import type { Change } from '../../src/runs/change.ts';
import { transition } from '../../src/runs/transition.ts';
import { buildPlan, jobId, newRun, sampleDelivery, sampleLease } from '../src/runs/sample-run.ts';
import type { Stores } from './stores.ts';

const settled = { outcome: 'runs', settledAtMs: 1_500 } as const;
const shaOf = (id: string) => id.charCodeAt(0).toString(16).repeat(20);

/** What every database must do when a new run takes the place of older ones. */
export function describeSuperseding(name: string, open: () => Promise<Stores>): void {
  async function opened(): Promise<Stores> {
    const stores = await open();
    onTestFinished(() => stores.close());
    return stores;
  }

  /** A run of pull request 7, unless another change is given, by a delivery of its own. */
  async function arrives(
    { inbox, store }: Stores,
    id: string,
    { supersedes = true, ...change }: Partial<Change> & { supersedes?: boolean } = {},
  ) {
    await inbox.record(sampleDelivery(id));
    const pullRequest = { event: 'pull_request', ref: 'refs/pull/7/head', sha: shaOf(id) } as const;
    const given = { id, deliveryId: id, supersedes, change: { ...pullRequest, ...change } };
    return store.settleDelivery(id, settled, [newRun([buildPlan('a')], given)]);
  }

  async function statusesOf({ history }: Stores): Promise<Record<string, string>> {
    const { items } = await history.listRuns({}, { limit: 50 });
    return Object.fromEntries(items.map(({ id, status }) => [id, status]));
  }

  describe(`superseding: ${name}`, () => {
    it('cancels every older run of the pull request that has not ended, and says by which run', async () => {
      const stores = await opened();
      await arrives(stores, 'a', { supersedes: false });
      await arrives(stores, 'b', { supersedes: false });
      await stores.store.change('b', (run) =>
        transition(
          run,
          { type: 'claimed', jobId: jobId('b', 'a'), attempt: 1, lease: sampleLease('l1') },
          2_000,
        ),
      );
      await arrives(stores, 'c');
      expect(await statusesOf(stores)).toEqual({ a: 'cancelled', b: 'running', c: 'queued' });
      expect(await stores.history.run('a')).toMatchObject({
        reason: { code: 'superseded', message: 'superseded by run #3' },
        supersededBy: { id: 'c', number: 3 },
      });
      expect(await stores.leases.renew('l1', 1, 20_000)).toBe('cancel');
      const again = await stores.reopen();
      expect(await again.store.get('b')).toMatchObject({ supersededBy: { id: 'c', sha: shaOf('c') } });
      expect(await again.store.queuedTickets(10)).toMatchObject([{ jobId: jobId('c', 'a') }]);
    });

    it('leaves alone what is of another event, reference or repository, or wants to be left', async () => {
      const stores = await opened();
      await arrives(stores, 'a', { ref: 'refs/pull/8/head' });
      await arrives(stores, 'b', { event: 'push', ref: 'refs/heads/main' });
      await arrives(stores, 'c', { repository: 'octo/other' });
      await arrives(stores, 'd');
      await arrives(stores, 'e', { supersedes: false });
      const all = Object.values(await statusesOf(stores));
      expect(all).toEqual(['queued', 'queued', 'queued', 'queued', 'queued']);
    });

    it('is asked for once, though the delivery be settled again', async () => {
      const stores = await opened();
      await arrives(stores, 'a');
      await arrives(stores, 'b');
      await stores.store.change('a', (run) => transition(run, { type: 'retried', scope: 'all' }, 3_000));
      await arrives(stores, 'b');
      expect(await statusesOf(stores)).toEqual({ a: 'queued', b: 'queued' });
    });

    it('has the newer run speak last of a commit that both are of', async () => {
      const stores = await opened();
      await arrives(stores, 'a', { sha: 'a'.repeat(40) });
      await arrives(stores, 'b', { sha: 'a'.repeat(40) });
      const due = await stores.outbox.take({ type: 'commit-status', nowMs: 9_000, holdMs: 1_000, limit: 9 });
      expect(due.map(({ runId }) => runId)).toEqual(['b']);
    });

    it('can tell the deliveries that came late, whose commits may be older than what was built before', async () => {
      const { inbox } = await opened();
      await inbox.record({ ...sampleDelivery('a'), recovered: true });
      await inbox.record(sampleDelivery('b', { repository: 'octo/other' }));
      const taken = await inbox.take({ nowMs: 2_000, holdMs: 1_000, limit: 9 });
      expect(Object.fromEntries(taken.map(({ id, isLate }) => [id, isLate ?? false]))).toEqual({
        a: true,
        b: false,
      });
    });

    it('misses nobody when runs of one pull request are made at the same moment', async () => {
      const stores = await opened();
      const ids = [...'abcdefgh'];
      await Promise.all(ids.map((id) => arrives(stores, id)));
      const { items } = await stores.history.listRuns({}, { limit: 50 });
      const unfinished = items.filter(({ status }) => status === 'queued');
      expect(unfinished.map(({ number }) => number)).toEqual([ids.length]);
    });
  });
}
