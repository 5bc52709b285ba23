import { describe, expect, it } from 'vitest';
import { jobId } from '../src/runs/sample-run.ts';
import { claim, move, report, type Stores, succeeded, withRun } from './stores.ts';

/** What every database must do for the leases of running attempts; `open` gives empty stores. */
export function describeLeases(name: string, open: () => Promise<Stores>): void {
  describe(`leases: ${name}`, () => {
    it('are renewed by newer heartbeats only', async () => {
      const stores = await withRun(open);
      await move(stores, claim('l1'));
      expect(await stores.leases.renew('l1', 5, 30_000)).toBe('continue');
      expect(await stores.leases.renew('l1', 5, 90_000)).toBe('continue');
      expect(await stores.leases.renew('l1', 4, 90_000)).toBe('continue');
      expect(await stores.leases.expired(30_001, 10)).toHaveLength(1);
    });

    it('that were never renewed last as long as they were granted', async () => {
      const stores = await withRun(open);
      await move(stores, claim('l1'));
      expect(await stores.leases.expired(16_000, 10)).toEqual([]);
      expect(await stores.leases.expired(16_001, 10)).toMatchObject([
        { runId: 'run', jobId: jobId('run', 'a'), attempt: 1, leaseId: 'l1', runner: { id: 'r1' } },
      ]);
    });

    it('that were taken away cannot be renewed, and are named again until their attempt is over', async () => {
      const stores = await withRun(open);
      await move(stores, claim('l1'));
      await stores.leases.expired(16_001, 10);
      expect(await stores.leases.renew('l1', 9, 99_000)).toBe('fenced');
      const again = await stores.reopen();
      expect(await again.leases.expired(16_002, 10)).toHaveLength(1);
      await move(again, { type: 'lease-expired', jobId: jobId('run', 'a'), leaseId: 'l1' });
      expect(await again.leases.expired(16_003, 10)).toEqual([]);
      expect(await again.leases.renew('l1', 10, 99_000)).toBe('fenced');
    });

    it('that were renewed in time are not taken away', async () => {
      const stores = await withRun(open);
      await move(stores, claim('l1'));
      const [, expired] = await Promise.all([
        stores.leases.renew('l1', 1, 40_000),
        stores.leases.expired(20_000, 10),
      ]);
      const verdict = await stores.leases.renew('l1', 2, 50_000);
      expect(verdict).toBe(expired.length === 0 ? 'continue' : 'fenced');
    });

    it('carry word of a cancelled run, and of nothing that nobody knows', async () => {
      const stores = await withRun(open);
      await move(stores, claim('l1'));
      await move(stores, { type: 'cancel-requested', reason: { code: 'user', message: 'stop' } });
      expect(await stores.leases.renew('l1', 1, 30_000)).toBe('cancel');
      expect(await stores.leases.renew('unknown', 1, 30_000)).toBe('fenced');
    });

    it('of a job that ended are at peace: its runner may still have events to say', async () => {
      const stores = await withRun(open);
      await move(stores, claim('l1'));
      await move(stores, report('l1', 1, succeeded));
      expect(await stores.leases.renew('l1', 7, 30_000)).toBe('continue');
      expect(await stores.leases.expired(99_000, 10)).toEqual([]);
    });
  });
}
