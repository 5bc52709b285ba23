import { describe, expect, it } from 'vitest';
import { jobId } from '../src/runs/sample-run.ts';
import { claim, move, report, type Stores, succeeded, withRun } from './stores.ts';

/** What every database must do for the leases of running attempts; `open` gives empty stores. */
export function describeLeases(name: string, open: () => Promise<Stores>): void {
  describe(`leases: ${name}`, () => {
    it('are renewed by newer heartbeats only', async () => {
      const stores = await withRun(open);
      await move(stores, claim('l1'));
      for (const beat of [5, 5, 4]) expect(await stores.leases.renew('l1', beat, 30_000)).toBe('continue');
      expect(await stores.leases.standing()).toEqual([{ leaseId: 'l1', beat: 5, isTakenAway: false }]);
    });

    it('are taken away when nothing newer was heard of them than what whoever does so has seen', async () => {
      const stores = await withRun(open);
      await move(stores, claim('l1'));
      const [seen] = await stores.leases.standing();
      if (!seen) throw new Error('no lease stands');
      await stores.leases.renew('l1', 1, 40_000);
      expect(await stores.leases.takeAway([seen])).toEqual([]);
      expect(await stores.leases.takeAway([{ leaseId: 'l1', beat: 1 }])).toMatchObject([
        { runId: 'run', jobId: jobId('run', 'a'), attempt: 1, leaseId: 'l1', runner: { id: 'r1' } },
      ]);
    });

    it('that were taken away cannot be renewed, and are named again until their attempt is over', async () => {
      const stores = await withRun(open);
      await move(stores, claim('l1'));
      await stores.leases.takeAway(await stores.leases.standing());
      expect(await stores.leases.renew('l1', 9, 99_000)).toBe('fenced');
      const again = await stores.reopen();
      const standing = await again.leases.standing();
      expect(standing).toMatchObject([{ leaseId: 'l1', isTakenAway: true }]);
      expect(await again.leases.takeAway(standing)).toHaveLength(1);
      await move(again, { type: 'lease-expired', jobId: jobId('run', 'a'), leaseId: 'l1' });
      expect(await again.leases.standing()).toEqual([]);
      expect(await again.leases.takeAway(standing)).toEqual([]);
      expect(await again.leases.renew('l1', 10, 99_000)).toBe('fenced');
    });

    it('that are renewed at the same instant are taken away or go on, and whoever asks is told which', async () => {
      const stores = await withRun(open);
      await move(stores, claim('l1'));
      const seen = await stores.leases.standing();
      const [, lost] = await Promise.all([
        stores.leases.renew('l1', 1, 40_000),
        stores.leases.takeAway(seen),
      ]);
      const verdict = await stores.leases.renew('l1', 2, 50_000);
      expect(verdict).toBe(lost.length === 0 ? 'continue' : 'fenced');
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
      expect(await stores.leases.standing()).toEqual([]);
    });
  });
}
