import { describe, expect, it } from 'vitest';
import type { JobEvent } from '../../src/contract/job-event.ts';
import { silentLog } from '../../src/log.ts';
import { createLimitSweep } from '../../src/runs/limit-sweep.ts';
import { buildPlan, jobId, newRun, sampleDelivery } from '../src/runs/sample-run.ts';
import { claim, move, opened, report, type Stores, settled, withRun } from './stores.ts';

const broken: JobEvent = {
  type: 'job.finished',
  at: 9,
  outcome: 'error',
  reason: { code: 'image-pull-failed', message: 'the registry did not answer' },
  logLines: 0,
  logBytes: 0,
  logCut: false,
};
const ticketsAt = (stores: Stores, nowMs: number) =>
  stores.outbox.take({ type: 'ticket', nowMs, holdMs: 60_000, limit: 10 });
const day = 86_400_000;

/** What every database must do so that limits and waits survive whoever kept them. */
export function describeLimits(name: string, open: () => Promise<Stores>): void {
  /** Its first attempt broke at 50 s, and the second one is to wait. */
  async function withBrokenAttempt(): Promise<{ stores: Stores; dueMs: number }> {
    const stores = await withRun(open);
    for (const { id } of await ticketsAt(stores, 2_000)) await stores.outbox.done(id, 2_000);
    await move(stores, claim('l1'));
    const run = await move(stores, report('l1', 1, broken), 50_000);
    return { stores, dueMs: run?.jobs[0]?.attempt?.notBeforeMs ?? 0 };
  }

  describe(`limits and waits: ${name}`, () => {
    it('gives an attempt that is to wait no ticket before its time, and one then', async () => {
      const { stores, dueMs } = await withBrokenAttempt();
      expect(dueMs).toBeGreaterThan(50_000);
      stores.setNow(dueMs - 1);
      expect(await ticketsAt(stores, dueMs - 1)).toEqual([]);
      expect(await stores.store.queuedTickets(10)).toEqual([]);
      stores.setNow(dueMs);
      expect(await stores.store.queuedTickets(10)).toMatchObject([{ jobId: jobId('run', 'a'), attempt: 2 }]);
      expect(await ticketsAt(stores, dueMs)).toMatchObject([{ effect: { type: 'ticket', attempt: 2 } }]);
    });

    it('keeps the wait over a restart', async () => {
      const { stores, dueMs } = await withBrokenAttempt();
      const again = await stores.reopen();
      expect(await ticketsAt(again, dueMs - 1)).toEqual([]);
      expect(await ticketsAt(again, dueMs)).toHaveLength(1);
    });

    it('shows the broken attempt with its reason, whose fault it was, and that it was tried again', async () => {
      const { stores, dueMs } = await withBrokenAttempt();
      const attempts = (await stores.history.run('run'))?.jobs[0]?.attempts;
      expect(attempts).toMatchObject([
        {
          number: 1,
          status: 'ended',
          reason: { code: 'image-pull-failed' },
          fault: 'infrastructure',
          triedAgain: true,
        },
        { number: 2, status: 'queued', notBeforeMs: dueMs },
      ]);
      expect((await stores.store.get('run'))?.jobs[0]?.attempt).toMatchObject({ faults: 1, losses: 1 });
    });

    it('keeps how often a step was tried', async () => {
      const stores = await withRun(open);
      await move(stores, claim('l1'));
      await move(stores, report('l1', 1, { type: 'step.started', at: 1, index: 0, name: 'test' }));
      const finished = { type: 'step.finished', at: 2, index: 0, outcome: 'success', tries: 3 } as const;
      await move(stores, report('l1', 2, finished));
      expect((await stores.history.run('run'))?.jobs[0]?.attempts[0]?.steps[0]).toMatchObject({ tries: 3 });
    });

    it('finds a run that is out of time, and does not find it again once it was stopped', async () => {
      const stores = await opened(open);
      await stores.inbox.record(sampleDelivery('delivery'));
      const given = newRun([buildPlan('a'), buildPlan('b', ['a'])]);
      if ('error' in given) throw new Error('no plan');
      const plan = { ...given.plan, timeoutMs: 60_000 };
      await stores.store.settleDelivery('delivery', settled, [{ ...given, plan }]);
      expect(await stores.limits.overdueRuns(day, 10)).toEqual([]);
      await move(stores, claim('l1'), 5_000);
      expect((await stores.history.run('run'))?.limit).toMatchObject({ deadlineMs: 65_000 });
      expect(await stores.limits.overdueRuns(64_999, 10)).toEqual([]);
      expect(await stores.limits.overdueRuns(65_000, 10)).toEqual(['run']);

      const again = await stores.reopen();
      const clock = { now: () => 65_000, elapsed: () => 0 };
      const ports = { store: again.store, limits: again.limits, ...clock, log: silentLog };
      expect(await createLimitSweep(ports, day)()).toBe('idle');
      expect(await again.store.get('run')).toMatchObject({ reason: { code: 'run-timeout' } });
      expect(await again.limits.overdueRuns(day, 10)).toEqual([]);
      const stops = await again.outbox.take({ type: 'stop-lease', nowMs: 65_000, holdMs: 1, limit: 10 });
      expect(stops).toMatchObject([{ effect: { leaseId: 'l1', runner: 'r1.a' } }]);
    });

    it('ends a job that nobody took in time, and gives runners a while after control was away', async () => {
      const stores = await withRun(open);
      let nowMs = 3 * day;
      const clock = { now: () => nowMs, elapsed: () => nowMs };
      const ports = { store: stores.store, limits: stores.limits, ...clock, log: silentLog };
      const sweep = createLimitSweep(ports, day);
      await sweep();
      expect((await stores.store.get('run'))?.status).toBe('queued');
      nowMs += 600_000;
      await sweep();
      expect(await stores.store.get('run')).toMatchObject({
        status: 'error',
        reason: {
          code: 'queue-timeout',
          message: expect.stringMatching(
            /nobody took the job within 24 h: it waits for a runner and a free slot/,
          ),
        },
      });
      expect(await stores.limits.unclaimed(nowMs, 10)).toEqual([]);
    });
  });
}
