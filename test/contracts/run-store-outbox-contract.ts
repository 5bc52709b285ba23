import { describe, expect, it, onTestFinished } from 'vitest';
import type { OutboxEntry } from '../../src/runs/outbox.ts';
import { transition } from '../../src/runs/transition.ts';
import { jobId, sampleDelivery, sampleLease } from '../src/runs/sample-run.ts';
import { addRuns, type Stores } from './stores.ts';

/** What every database must do for effects that wait to be carried out. */
export function describeOutbox(name: string, open: () => Promise<Stores>): void {
  /** One run whose first status and ticket wait. */
  async function withRun(): Promise<Stores> {
    const stores = await open();
    onTestFinished(() => stores.close());
    await addRuns(stores, ['run']);
    return stores;
  }

  const takeStatuses = (stores: Stores, nowMs: number, limit = 10): Promise<OutboxEntry[]> =>
    stores.outbox.take({ type: 'commit-status', nowMs, holdMs: 60_000, limit });
  const described = (entries: readonly OutboxEntry[]) =>
    entries.map(({ effect }) => (effect.type === 'commit-status' ? effect.status.description : effect.type));

  async function begin(stores: Stores): Promise<void> {
    await stores.store.change('run', (run) =>
      transition(
        run,
        { type: 'claimed', jobId: jobId('run', 'a'), attempt: 1, lease: sampleLease('l1') },
        2_000,
      ),
    );
  }

  async function cancel(stores: Stores): Promise<void> {
    await stores.store.change('run', (run) =>
      transition(run, { type: 'cancel-requested', reason: { code: 'user', message: 'stop' } }, 3_000),
    );
  }

  describe(`the outbox: ${name}`, () => {
    it('hands out what was stored with the run, each type for itself', async () => {
      const stores = await withRun();
      const tickets = await stores.outbox.take({ type: 'ticket', nowMs: 2_000, holdMs: 1_000, limit: 10 });
      expect(tickets).toMatchObject([
        {
          key: `ticket ${jobId('run', 'a')} 1`,
          runId: 'run',
          tries: 0,
          effect: { type: 'ticket', queue: 'jobs' },
        },
      ]);
      expect(described(await takeStatuses(stores, 2_000))).toEqual(['Run #1 is queued']);
    });

    it('takes what follows from a delivery itself, once however often it is settled', async () => {
      const stores = await open();
      onTestFinished(() => stores.close());
      await stores.inbox.record(sampleDelivery('01'));
      const answer = {
        provider: 'github',
        id: '01',
        repository: 'octo/app',
        pullRequest: 7,
        commentId: 9,
        sign: 'taken',
      } as const;
      const effects = [{ type: 'comment-answer', answer }] as const;
      const verdict = { outcome: 'ignored', reason: 'a command', settledAtMs: 1 } as const;
      await stores.store.settleDelivery('01', verdict, [], effects);
      await stores.store.settleDelivery('01', verdict, [], effects);
      const take = () => stores.outbox.take({ type: 'comment-answer', nowMs: 2, holdMs: 10, limit: 9 });
      const entries = await take();
      expect(entries).toMatchObject([{ runId: '', correlationId: '01', effect: { answer } }]);
      await stores.outbox.done(entries[0]?.id ?? -1, 3);
      expect(await take()).toEqual([]);
    });

    it('hands out an entry to one only, again when its taker died, and never when it is done', async () => {
      const stores = await withRun();
      const [first, second] = await Promise.all([takeStatuses(stores, 2_000), takeStatuses(stores, 2_000)]);
      expect([...first, ...second]).toHaveLength(1);
      expect(await takeStatuses(stores, 61_999)).toEqual([]);
      const again = await stores.reopen();
      const [entry] = await takeStatuses(again, 62_000);
      expect(entry).toMatchObject({ tries: 1 });
      await again.outbox.done(entry?.id ?? -1, 62_001);
      expect(await takeStatuses(again, 999_999)).toEqual([]);
      expect((await again.history.run('run'))?.statuses).toMatchObject([{ delivery: 'sent', tries: 2 }]);
    });

    it('hands out nothing of a key while an older entry of it is on its way', async () => {
      const stores = await withRun();
      const [queued] = await takeStatuses(stores, 2_000);
      await begin(stores);
      expect(await takeStatuses(stores, 3_000)).toEqual([]);
      await stores.outbox.done(queued?.id ?? -1, 3_001);
      expect(described(await takeStatuses(stores, 3_002))).toEqual(['Run #1 is running']);
    });

    it('never tries a `pending` again once a newer state waits', async () => {
      const stores = await withRun();
      const [queued] = await takeStatuses(stores, 2_000);
      await stores.outbox.retry(queued?.id ?? -1, 10_000, 'GitHub is away');
      await cancel(stores);
      expect(described(await takeStatuses(stores, 3_000))).toEqual(['Run #1 was cancelled: stop']);
      expect(await takeStatuses(stores, 99_999)).toHaveLength(1);
      expect((await stores.history.run('run'))?.statuses.map(({ delivery }) => delivery)).toEqual([
        'superseded',
        'pending',
      ]);
    });

    it('leaves out the states in between when several waited', async () => {
      const stores = await withRun();
      await begin(stores);
      await stores.store.change('run', (run) =>
        transition(
          run,
          {
            type: 'reported',
            jobId: jobId('run', 'a'),
            leaseId: 'l1',
            seq: 1,
            body: {
              type: 'job.finished',
              at: 2_500,
              outcome: 'success',
              logLines: 0,
              logBytes: 0,
              logCut: false,
            },
          },
          4_000,
        ),
      );
      expect(described(await takeStatuses(stores, 5_000))).toEqual(['Run #1 succeeded in 2 s']);
    });

    it('comes back to a failed try when its time has come, with what was wrong', async () => {
      const stores = await withRun();
      const [entry] = await takeStatuses(stores, 2_000);
      await stores.outbox.retry(entry?.id ?? -1, 10_000, 'GitHub is away');
      expect(await takeStatuses(stores, 9_999)).toEqual([]);
      expect((await stores.history.run('run'))?.statuses).toMatchObject([
        { delivery: 'pending', problem: 'GitHub is away' },
      ]);
      expect(await takeStatuses(stores, 10_000)).toMatchObject([{ tries: 1 }]);
    });

    it('gives up for good, and the next of the key goes on', async () => {
      const stores = await withRun();
      const [entry] = await takeStatuses(stores, 2_000);
      await stores.outbox.fail(entry?.id ?? -1, 2_001, 'GitHub answered 403');
      await begin(stores);
      expect(described(await takeStatuses(stores, 3_000))).toEqual(['Run #1 is running']);
      expect((await stores.history.run('run'))?.statuses[0]).toMatchObject({
        delivery: 'failed',
        problem: 'GitHub answered 403',
      });
    });

    it('holds up no other key, and not more than the limit', async () => {
      const stores = await withRun();
      const [held] = await takeStatuses(stores, 2_000);
      await addRuns(stores, ['r2', 'r3', 'r4'], (id) => id.padEnd(40, '0'));
      expect(await takeStatuses(stores, 2_001, 2)).toHaveLength(2);
      expect(await takeStatuses(stores, 2_002, 2)).toHaveLength(1);
      expect(held).toBeDefined();
    });

    it('calls back when an effect was stored', async () => {
      const stores = await withRun();
      let calls = 0;
      stores.outbox.onStored(() => {
        calls += 1;
      });
      await begin(stores);
      expect(calls).toBe(1);
    });
  });
}
