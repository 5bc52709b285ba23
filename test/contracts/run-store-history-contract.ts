import { describe, expect, it, onTestFinished } from 'vitest';
import type { JobEvent } from '../../src/contract/job-event.ts';
import { transition } from '../../src/runs/transition.ts';
import { deployPlan, jobId, newRun, sampleDelivery, sampleLease } from '../src/runs/sample-run.ts';
import { addRuns, type Stores } from './stores.ts';

/** What every database must do for the API and the pages. */
export function describeHistory(name: string, open: () => Promise<Stores>): void {
  async function opened(): Promise<Stores> {
    const stores = await open();
    onTestFinished(() => stores.close());
    return stores;
  }

  const ids = Array.from({ length: 25 }, (_, index) => `r${String(index).padStart(3, '0')}`);

  describe(`the history: ${name}`, () => {
    it('pages runs newest first, each once, though new ones come in between', async () => {
      const stores = await opened();
      await addRuns(stores, ids);
      const seen: string[] = [];
      let before: string | undefined;
      for (;;) {
        const page = await stores.history.listRuns({}, { limit: 7, ...(before ? { before } : {}) });
        seen.push(...page.items.map(({ id }) => id));
        if (!page.next) break;
        before = page.next;
        if (seen.length === 7) await addRuns(stores, ['s000']);
      }
      expect(seen).toEqual(ids.toReversed());
    });

    it('refuses a cursor that no page ever gave', async () => {
      const { history } = await opened();
      const before = '../etc/passwd';
      await expect(history.listRuns({}, { limit: 5, before })).rejects.toMatchObject({ code: 'bad-cursor' });
      await expect(history.listDeliveries({}, { limit: 5, before })).rejects.toMatchObject({
        code: 'bad-cursor',
      });
    });

    it('has no next page when the last one is exactly full', async () => {
      const stores = await opened();
      await addRuns(stores, ids.slice(0, 5));
      expect((await stores.history.listRuns({}, { limit: 5 })).next).toBeUndefined();
      expect((await stores.history.listRuns({}, { limit: 4 })).next).toBe('r001');
    });

    it('filters by repository, branch, status, event and the beginning of a commit', async () => {
      const stores = await opened();
      await addRuns(stores, ['r1', 'r2'], (id) => (id === 'r1' ? 'ab'.repeat(20) : 'ac'.repeat(20)));
      const found = async (filter: Parameters<Stores['history']['listRuns']>[0]) =>
        (await stores.history.listRuns(filter, { limit: 10 })).items.map(({ id }) => id);
      expect(await found({ repository: 'octo/app' })).toEqual(['r2', 'r1']);
      expect(await found({ repository: 'octo/other' })).toEqual([]);
      expect(await found({ branch: 'main', status: 'queued', event: 'push' })).toEqual(['r2', 'r1']);
      expect(await found({ status: 'success' })).toEqual([]);
      expect(await found({ sha: 'aba' })).toEqual(['r1']);
      expect(await found({ sha: 'ac'.repeat(20) })).toEqual(['r2']);
      expect(await found({ sha: 'a%' })).toEqual([]);
    });

    it('pages deliveries with the runs they made', async () => {
      const stores = await opened();
      await addRuns(stores, ['r1', 'r2']);
      await stores.inbox.record(sampleDelivery('d-zz'));
      const first = await stores.history.listDeliveries({}, { limit: 2 });
      expect(first.items.map(({ id, outcome, runIds }) => [id, outcome, runIds])).toEqual([
        ['d-zz', 'pending', []],
        ['d-r2', 'runs', ['r2']],
      ]);
      const second = await stores.history.listDeliveries({}, { limit: 2, before: first.next ?? '' });
      expect(second.items.map(({ id }) => id)).toEqual(['d-r1']);
      const pending = await stores.history.listDeliveries({ outcome: 'pending' }, { limit: 2 });
      expect(pending.items.map(({ id }) => id)).toEqual(['d-zz']);
    });

    it('shows the steps that are still to come', async () => {
      const stores = await opened();
      await addRuns(stores, ['r1']);
      const detail = await stores.history.run('r1');
      expect(detail?.jobs[0]?.attempts[0]?.steps).toEqual([{ index: 0, name: 'test', status: 'queued' }]);
      expect(await stores.history.run('nobody')).toBeUndefined();
      expect(await stores.history.delivery('nobody')).toBeUndefined();
      expect(await stores.history.artifact('nobody')).toBeUndefined();
      expect(await stores.history.job('nobody')).toBeUndefined();
    });

    it('keeps what was last told of a deployment, and calls none under way whose job has ended', async () => {
      const stores = await opened();
      await stores.inbox.record(sampleDelivery('delivery'));
      const plan = deployPlan('live', []);
      const verdict = { outcome: 'runs', settledAtMs: 1_500 } as const;
      await stores.store.settleDelivery('delivery', verdict, [newRun([plan])]);
      const id = jobId('run', plan.name);
      const move = (event: Parameters<typeof transition>[1]) =>
        stores.store.change('run', (run) => transition(run, event, 5_000));
      let seq = 0;
      const report = (body: JobEvent) => {
        seq += 1;
        return move({ type: 'reported', jobId: id, leaseId: 'l1', seq, body });
      };
      const deployments = async () => (await stores.history.run('run'))?.deployments;

      await move({ type: 'claimed', jobId: id, attempt: 1, lease: sampleLease('l1') });
      const detail = { instances: [{ id: 'i-1', status: 'running' }] };
      await report({ type: 'deployment.updated', at: 2_000, status: 'queued', externalId: 'd-1', detail });
      await report({ type: 'deployment.updated', at: 3_000, status: 'running' });
      const told = { environment: 'live', jobName: plan.name, externalId: 'd-1', detail };
      expect(await deployments()).toEqual([{ ...told, status: 'running', updatedAtMs: 3_000 }]);
      const end = { logLines: 0, logBytes: 0, logCut: false };
      await report({ type: 'job.finished', at: 4_000, outcome: 'error', ...end });
      expect(await deployments()).toMatchObject([{ ...told, status: 'error' }]);
    });

    it('keeps what the reports of each attempt came to', async () => {
      const stores = await opened();
      await addRuns(stores, ['r1']);
      const detail = await stores.history.run('r1');
      const id = detail?.jobs[0]?.id ?? '';
      const move = (event: Parameters<typeof transition>[1]) =>
        stores.store.change('r1', (run) => transition(run, event, 5_000));
      const report = (leaseId: string, seq: number, body: JobEvent) =>
        move({ type: 'reported', jobId: id, leaseId, seq, body });
      const failure = {
        kind: 'failure',
        name: 'totals 🛒',
        suite: 'Cart',
        message: "'; drop",
        line: 7,
      } as const;
      const tests = { passed: 9, failed: 1, errors: 0, skipped: 2, durationMs: 1_234 };
      const first = {
        tests: { ...tests, failures: [{ ...failure, file: 'cart.ts' }] },
        problems: ['x.xml is empty'],
      };
      const second = { coverage: { linesFound: 10, linesCovered: 4, files: 2 } };
      const reports = async () =>
        (await stores.history.run('r1'))?.jobs[0]?.attempts.map((attempt) => attempt.reports);

      expect(await reports()).toEqual([undefined]);
      await move({ type: 'claimed', jobId: id, attempt: 1, lease: sampleLease('l1') });
      await report('l1', 1, { type: 'reports.read', at: 2_000, ...second });
      await report('l1', 2, { type: 'reports.read', at: 3_000, ...first });
      expect(await reports()).toEqual([first]);
      await move({ type: 'lease-expired', jobId: id, leaseId: 'l1' });
      await move({ type: 'claimed', jobId: id, attempt: 2, lease: sampleLease('l2') });
      await report('l2', 1, { type: 'reports.read', at: 4_000, ...second });
      expect(await reports()).toEqual([first, second]);
    });
  });
}
