import { describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { createApprovalSweep } from '../../src/runs/approval-sweep.ts';
import { carryOutCommand } from '../../src/runs/carry-out-command.ts';
import { buildPlan, jobId, newRun, sampleDelivery } from '../src/runs/sample-run.ts';
import type { Stores } from './stores.ts';

const settled = { outcome: 'runs', settledAtMs: 1_500 } as const;
const approval = { by: [], expiresMs: 60_000 };
const seen = { sha: 'a'.repeat(40), digest: 'd1' };

/** What every database must do for jobs that wait for somebody's yes. */
export function describeApprovals(name: string, open: () => Promise<Stores>): void {
  /** A run whose only job waits from 1 000 to 61 000. */
  async function waiting(): Promise<Stores> {
    const stores = await open();
    onTestFinished(() => stores.close());
    await stores.inbox.record(sampleDelivery('delivery'));
    await stores.store.settleDelivery('delivery', settled, [newRun([buildPlan('a', [], { approval })])]);
    return stores;
  }

  async function carryOut({ commands, store }: Stores, type: 'approve' | 'reject', nowMs: number) {
    const action = { type, ...seen, comment: 'I looked' } as const;
    const command = { id: type, runId: 'run', action, by: 'alice', createdAtMs: nowMs };
    await commands.append(command);
    await carryOutCommand(command, { store, now: () => nowMs, log: silentLog });
    return commands.outcomeOf(type);
  }

  const jobOf = async ({ store }: Stores) => (await store.get('run'))?.jobs[0];
  const sweep = ({ store }: Stores, nowMs: number) =>
    createApprovalSweep({ store, now: () => nowMs, elapsed: () => 0, log: silentLog })();

  describe(`approvals: ${name}`, () => {
    it('a command that is carried out again, because nobody heard that it was, does nothing again', async () => {
      const stores = await waiting();
      expect(await carryOut(stores, 'reject', 3_000)).toEqual({ outcome: 'done' });
      const before = await stores.store.get('run');
      const again = { id: 'reject', runId: 'run' };
      expect(await stores.store.carryOut(again, () => expect.unreachable())).toEqual({ outcome: 'done' });
      expect(await stores.store.get('run')).toEqual(before);
    });

    it('a command that nothing came of stays pending', async () => {
      const stores = await waiting();
      const command = {
        id: 'c',
        runId: 'run',
        action: { type: 'cancel' },
        by: 'alice',
        createdAtMs: 1,
      } as const;
      await stores.commands.append(command);
      const broken = stores.store.carryOut(command, () => {
        throw new Error('a defect');
      });
      await expect(broken).rejects.toThrow('a defect');
      expect(await stores.commands.outcomeOf('c')).toBeUndefined();
    });

    it('are waited for by the job and the run, as everybody sees it', async () => {
      const { history, store } = await waiting();
      expect(await history.run('run')).toMatchObject({
        status: 'waiting',
        jobs: [
          { status: 'waiting', approval: { by: [] }, gates: [{ askedAtMs: 1_000, expiresAtMs: 61_000 }] },
        ],
      });
      expect(await store.queuedTickets(9)).toEqual([]);
    });

    it('are kept with who gave them, when, why and for what', async () => {
      const stores = await waiting();
      expect(await carryOut(stores, 'approve', 2_000)).toEqual({ outcome: 'done' });
      const decision = { verdict: 'approved', by: 'alice', atMs: 2_000, comment: 'I looked', ...seen };
      const again = await stores.reopen();
      expect(await jobOf(again)).toMatchObject({ status: 'queued', gate: { decision } });
      expect((await again.history.run('run'))?.jobs[0]?.gates).toMatchObject([{ decision }]);
      expect(await again.store.queuedTickets(9)).toMatchObject([{ jobId: jobId('run', 'a'), attempt: 1 }]);
      expect(await again.store.unapproved(90_000, 9)).toEqual([]);
    });

    it('end the job when they are refused', async () => {
      const stores = await waiting();
      await carryOut(stores, 'reject', 2_000);
      expect(await jobOf(await stores.reopen())).toMatchObject({
        status: 'cancelled',
        reason: { code: 'rejected', message: 'rejected by alice: I looked' },
      });
    });

    it('run out, though control was started again in between', async () => {
      const again = await (await waiting()).reopen();
      await sweep(again, 60_999);
      expect((await jobOf(again))?.status).toBe('waiting');
      expect(await carryOut(again, 'approve', 61_000)).toMatchObject({ outcome: 'refused' });
      await sweep(again, 61_000);
      expect(await jobOf(again)).toMatchObject({ status: 'cancelled', reason: { code: 'approval-expired' } });
      expect(await again.store.unapproved(90_000, 9)).toEqual([]);
    });
  });
}
