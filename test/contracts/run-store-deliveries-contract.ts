import { describe, expect, it, onTestFinished } from 'vitest';
import { sampleDelivery } from '../src/runs/sample-run.ts';
import type { Stores } from './stores.ts';

/** What every database must do for deliveries that wait to be planned. */
export function describeDeliveryQueue(name: string, open: () => Promise<Stores>): void {
  async function opened(): Promise<Stores> {
    const stores = await open();
    onTestFinished(() => stores.close());
    return stores;
  }

  const take = async (stores: Stores, nowMs: number, limit = 10) =>
    (await stores.inbox.take({ nowMs, holdMs: 60_000, limit })).map(({ id }) => id);
  const settle = (stores: Stores, id: string) =>
    stores.store.settleDelivery(id, { outcome: 'ignored', reason: 'no', settledAtMs: 1 }, []);

  describe(`the queue of deliveries: ${name}`, () => {
    it('hands out of each repository one at a time, the oldest first', async () => {
      const stores = await opened();
      await stores.inbox.record(sampleDelivery('01'));
      await stores.inbox.record(sampleDelivery('02'));
      await stores.inbox.record(sampleDelivery('03', { repository: 'octo/lib' }));
      expect(await take(stores, 100)).toEqual(['01', '03']);
      expect(await take(stores, 101)).toEqual([]);
      await settle(stores, '01');
      expect(await take(stores, 102)).toEqual(['02']);
    });

    it('keeps the body byte for byte', async () => {
      const stores = await opened();
      const body = Buffer.from([0, 1, 2, 255, 254, 10, 13]);
      await stores.inbox.record({ ...sampleDelivery('01'), body });
      const [delivery] = await stores.inbox.take({ nowMs: 1, holdMs: 1, limit: 1 });
      expect(Buffer.from(delivery?.body ?? []).equals(body)).toBe(true);
      expect(delivery).toMatchObject({ source: 'github', event: 'push', correlationId: '01', tries: 0 });
    });

    it('hands a delivery out to one of many that ask at once', async () => {
      const stores = await opened();
      await stores.inbox.record(sampleDelivery('01'));
      const taken = await Promise.all(Array.from({ length: 8 }, () => take(stores, 100)));
      expect(taken.flat()).toEqual(['01']);
    });

    it('hands out again what a dead planner held, and what was put off', async () => {
      const stores = await opened();
      await stores.inbox.record(sampleDelivery('01'));
      expect(await take(stores, 100)).toEqual(['01']);
      const again = await stores.reopen();
      expect(await take(again, 60_099)).toEqual([]);
      expect(await take(again, 60_100)).toEqual(['01']);
      await again.inbox.postpone('01', 70_000, 'the git server is away');
      expect(await again.history.delivery('01')).toMatchObject({
        outcome: 'pending',
        problem: 'the git server is away',
      });
      expect(await take(again, 69_999)).toEqual([]);
      const [third] = await again.inbox.take({ nowMs: 70_000, holdMs: 1, limit: 1 });
      expect(third).toMatchObject({ id: '01', tries: 2 });
    });

    it('hands out what was held by a clock that was far ahead, once it is put right', async () => {
      const stores = await opened();
      await stores.inbox.record(sampleDelivery('01'));
      expect(await take(stores, 7_200_000)).toEqual(['01']);
      expect(await take(stores, 7_200_100)).toEqual([]);
      expect(await take(stores, 100)).toEqual(['01']);
      expect(await take(stores, 200)).toEqual([]);
    });

    it('leaves a delivery with its planner for as long as that one says', async () => {
      const stores = await opened();
      await stores.inbox.record(sampleDelivery('01'));
      await stores.inbox.record(sampleDelivery('02'));
      await take(stores, 100);
      await stores.inbox.keep('01', 90_000);
      expect(await take(stores, 60_100)).toEqual([]);
      expect(await take(stores, 90_000)).toEqual(['01']);
      await settle(stores, '01');
      await stores.inbox.keep('01', 200_000);
      expect(await take(stores, 90_001)).toEqual(['02']);
    });

    it('makes later deliveries of a repository wait for one that was put off', async () => {
      const stores = await opened();
      await stores.inbox.record(sampleDelivery('01'));
      await take(stores, 100);
      await stores.inbox.postpone('01', 5_000, 'away');
      await stores.inbox.record(sampleDelivery('02'));
      expect(await take(stores, 200)).toEqual([]);
    });

    it('does not put off what was settled meanwhile', async () => {
      const stores = await opened();
      await stores.inbox.record(sampleDelivery('01'));
      await take(stores, 100);
      await settle(stores, '01');
      await stores.inbox.postpone('01', 5_000, 'too late');
      expect(await take(stores, 9_000)).toEqual([]);
      expect((await stores.history.delivery('01'))?.problem).toBeUndefined();
    });

    it('hands out deliveries that belong to no repository, too', async () => {
      const stores = await opened();
      const { repository: _none, ...delivery } = sampleDelivery('01');
      await stores.inbox.record(delivery);
      await stores.inbox.record(sampleDelivery('02'));
      expect(await take(stores, 100)).toEqual(['01', '02']);
    });

    it('keeps what was recorded when the process ends at that very moment', async () => {
      const stores = await opened();
      const ids = Array.from({ length: 50 }, (_, index) => `0${index}`.slice(-2));
      await Promise.all(
        ids.map((id) => stores.inbox.record(sampleDelivery(id, { repository: `octo/${id}` }))),
      );
      const again = await stores.reopen();
      expect((await take(again, 100, 100)).sort()).toEqual(ids);
    });

    it('takes a second delivery in the moment the first was answered', async () => {
      const { inbox } = await opened();
      for (let index = 0; index < 20; index += 1) await inbox.record(sampleDelivery(`n${index}`));
    });

    it('calls back for new deliveries and not for repeated ones', async () => {
      const { inbox } = await opened();
      let calls = 0;
      inbox.onRecorded(() => {
        calls += 1;
      });
      await inbox.record(sampleDelivery('01'));
      await inbox.record({ ...sampleDelivery('01'), id: '02' });
      expect(calls).toBe(1);
    });
  });
}
