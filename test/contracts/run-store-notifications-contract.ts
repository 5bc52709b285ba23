import { describe, expect, it } from 'vitest';
import type { NotificationPlan } from '../../pipelines/notification.ts';
import type { NewRun } from '../../src/runs/create-run.ts';
import type { OutboxEntry } from '../../src/runs/outbox.ts';
import { type RunEvent, transition } from '../../src/runs/transition.ts';
import { buildPlan, newRun, sampleDelivery } from '../src/runs/sample-run.ts';
import { opened, type Stores, settled } from './stores.ts';

const always = { success: 'always', failure: 'always', error: 'always', cancelled: 'always' } as const;
const hook = (url: string): NotificationPlan => ({
  on: always,
  target: { type: 'webhook', url, form: 'json' },
});
const cancel: RunEvent = { type: 'cancel-requested', reason: { code: 'user', message: 'stop' } };

/** What every database must do for those who are told how runs end. */
export function describeNotifications(name: string, open: () => Promise<Stores>): void {
  async function addRun(stores: Stores, id: string, more: Partial<NewRun>, change = {}): Promise<void> {
    await stores.inbox.record(sampleDelivery(`d-${id}`));
    const run = newRun([buildPlan('a')], { id, deliveryId: `d-${id}`, change });
    await stores.store.settleDelivery(`d-${id}`, settled, [{ ...run, ...more } as NewRun]);
  }

  const told = (...urls: string[]): Partial<NewRun> => ({
    plan: { jobs: [buildPlan('a')], notifications: urls.map(hook) },
  });
  const end = (stores: Stores, id: string, event = cancel) =>
    stores.store.change(id, (run) => transition(run, event, 5_000));
  const take = (stores: Stores, nowMs = 6_000): Promise<OutboxEntry[]> =>
    stores.outbox.take({ type: 'notification', nowMs, holdMs: 1_000, limit: 10 });

  describe(`notifications: ${name}`, () => {
    it('are stored with the end of the run, and in order for each target', async () => {
      const stores = await opened(open);
      await addRun(stores, 'r1', told('https://one.example/', 'https://two.example/'));
      await addRun(stores, 'r2', told('https://one.example/'));
      expect(await take(stores)).toEqual([]);
      await end(stores, 'r1');
      await end(stores, 'r2');
      const first = await take(stores);
      expect(first.map(({ runId }) => runId)).toEqual(['r1', 'r1']);
      await stores.outbox.done(first[0]?.id ?? -1, 6_001);
      expect((await take(stores)).map(({ runId }) => runId)).toEqual(['r2']);
    });

    it('tell the history what became of them, and those that were not due leave nothing', async () => {
      const stores = await opened(open);
      await addRun(
        stores,
        'r1',
        told('https://one.example/key', 'https://two.example/', 'https://three.example/'),
      );
      await end(stores, 'r1');
      const [one, two, three] = await take(stores);
      await stores.outbox.done(one?.id ?? -1, 6_001);
      await stores.outbox.fail(two?.id ?? -1, 6_002, 'it is gone');
      await stores.outbox.drop(three?.id ?? -1);
      expect((await stores.history.run('r1'))?.notifications).toEqual([
        {
          channel: 'webhook',
          to: 'one.example',
          delivery: 'sent',
          tries: 1,
          createdAtMs: 1_500,
          doneAtMs: 6_001,
        },
        {
          channel: 'webhook',
          to: 'two.example',
          delivery: 'failed',
          tries: 1,
          problem: 'it is gone',
          createdAtMs: 1_500,
          doneAtMs: 6_002,
        },
      ]);
      expect(await take(stores, 999_999)).toEqual([]);
    });

    it('are held against the run before on the same reference, but for what says nothing of the code', async () => {
      const stores = await opened(open);
      const earlier = (number: number, ref = 'refs/heads/main') =>
        stores.statusBefore({ repository: 'octo/app', number, ref });
      const error = { code: 'secret-missing', message: 'nobody can take it' };
      await addRun(stores, 'r1', {});
      await end(stores, 'r1', { type: 'refused', jobId: 'r1-a', attempt: 1, reason: error });
      await addRun(stores, 'r2', {});
      await end(stores, 'r2');
      await addRun(stores, 'r3', {}, { ref: 'refs/heads/side', branch: 'side' });
      expect(await earlier(1)).toBeUndefined();
      expect(await earlier(2)).toBe('error');
      // Of the second, which was cancelled, nothing is to be learned.
      expect(await earlier(3)).toBe('error');
      expect(await earlier(3, 'refs/heads/side')).toBeUndefined();
    });

    it('are not lost with the warnings of the pipeline file when the run is loaded again', async () => {
      const stores = await opened(open);
      const warning = {
        severity: 'warning',
        file: '.travis.yml',
        line: 3,
        column: 1,
        endColumn: 6,
        path: 'cache',
        message: 'cache is not supported',
        expected: 'nothing is kept',
      } as const;
      await addRun(stores, 'r1', { ...told('https://one.example/'), warnings: [warning] });
      const again = await stores.reopen();
      expect(await again.store.get('r1')).toMatchObject({
        warnings: [warning],
        notifications: [hook('https://one.example/')],
      });
      expect((await again.history.run('r1'))?.warnings).toEqual([warning]);
    });
  });
}
