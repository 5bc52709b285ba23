import { describe, expect, it, onTestFinished } from 'vitest';
import { buildPlan, newRun, sampleDelivery } from '../src/runs/sample-run.ts';
import type { Stores } from './stores.ts';

/** What every database must do for deliveries that are looked for, and for those that are played again. */
export function describeRecovery(name: string, open: () => Promise<Stores>): void {
  async function opened(): Promise<Stores> {
    const stores = await open();
    onTestFinished(() => stores.close());
    return stores;
  }

  const hook = (id: string, type = 'repository') => ({
    'x-github-hook-id': id,
    'x-github-hook-installation-target-type': type,
  });
  const ignored = { outcome: 'ignored', reason: 'no such branch', settledAtMs: 1 } as const;

  describe(`deliveries that are looked for: ${name}`, () => {
    it('are those of the repositories that something came from lately, by the last webhook of each', async () => {
      const { inbox, recovery } = await opened();
      await inbox.record(sampleDelivery('01', { headers: hook('7'), receivedAtMs: 50 }));
      await inbox.record(sampleDelivery('02', { headers: hook('8'), receivedAtMs: 60 }));
      await inbox.record(sampleDelivery('03', { repository: 'octo/old', receivedAtMs: 40 }));
      await inbox.record(
        sampleDelivery('04', { repository: 'octo/org', headers: hook('9', 'organization') }),
      );
      await inbox.record(sampleDelivery('05', { repository: 'shop', source: 'codecommit' }));
      expect(await recovery.repositories(50)).toEqual([
        { repository: 'octo/app', hookId: '8' },
        { repository: 'octo/org' },
      ]);
    });

    it('are looked for by one of many that ask at once, and again when the time has come', async () => {
      const { recovery } = await opened();
      const ask = (nowMs: number) => recovery.claim('octo/app', { nowMs, unlessSinceMs: nowMs - 100 });
      const answers = await Promise.all(Array.from({ length: 8 }, () => ask(1_000)));
      expect(answers.filter(Boolean)).toEqual([{ throughMs: undefined }]);
      expect(await ask(1_100)).toBeUndefined();
      await recovery.complete('octo/app', 900);
      expect(await ask(1_101)).toEqual({ throughMs: 900 });
      // Of a clock that was far ahead and was put right.
      expect(await ask(7_200_000)).toEqual({ throughMs: 900 });
      expect(await ask(1_102)).toEqual({ throughMs: 900 });
    });

    it('are known by the id that the provider gave them', async () => {
      const { inbox, recovery } = await opened();
      const delivery = sampleDelivery('01');
      await inbox.record(delivery);
      const many = Array.from({ length: 1_500 }, (_, index) => `unknown-${index}`);
      expect(await recovery.known([...many, delivery.deliveryId])).toEqual(new Set([delivery.deliveryId]));
    });

    it('show that they were recovered, and are one with those that arrive late', async () => {
      const { inbox, history } = await opened();
      await inbox.record({ ...sampleDelivery('01'), recovered: true });
      expect(await history.delivery('01')).toMatchObject({ recovered: true });
      const late = { ...sampleDelivery('02'), deliveryId: sampleDelivery('01').deliveryId };
      expect(await inbox.record(late)).toEqual({ outcome: 'duplicate', id: '01' });
    });

    it('are built when a run has their commit under their reference', async () => {
      const { inbox, store, recovery } = await opened();
      await inbox.record(sampleDelivery('delivery'));
      const run = newRun([buildPlan('a')]);
      await store.settleDelivery('delivery', { outcome: 'runs', settledAtMs: 1 }, [run]);
      const { repository, ref, sha } = run.change;
      expect(await recovery.hasRun({ repository, ref, sha })).toBe(true);
      expect(await recovery.hasRun({ repository, ref: 'refs/heads/other', sha })).toBe(false);
      expect(await recovery.hasRun({ repository: 'octo/other', ref, sha })).toBe(false);
    });
  });

  describe(`the replay of a delivery: ${name}`, () => {
    it('waits as a delivery of its own with the same body, and says of which one and for whom', async () => {
      const stores = await opened();
      const { inbox, store, history, replay } = stores;
      await inbox.record(sampleDelivery('01'));
      await store.settleDelivery('01', ignored, []);
      const wanted = { deliveryId: '01', id: '02', by: 'ada', askedAtMs: 5_000 };
      expect(await replay(wanted)).toBe('written');
      // The same request again.
      expect(await replay(wanted)).toBe('written');
      const [taken, ...others] = await inbox.take({ nowMs: 6_000, holdMs: 1, limit: 9 });
      expect(others).toEqual([]);
      expect(taken).toMatchObject({
        id: '02',
        event: 'push',
        tries: 0,
        receivedAtMs: 5_000,
        correlationId: '02',
      });
      expect(Buffer.from(taken?.body ?? [])).toEqual(Buffer.from(sampleDelivery('01').body));
      expect(await history.delivery('02')).toMatchObject({
        outcome: 'pending',
        replayOf: '01',
        askedBy: 'ada',
        deliveryId: sampleDelivery('01').deliveryId,
      });
      expect(await history.delivery('01')).toMatchObject({ outcome: 'ignored', replays: ['02'] });
    });

    it('makes a run of its own although the first one stands', async () => {
      const { inbox, store, history, replay } = await opened();
      await inbox.record(sampleDelivery('delivery'));
      const first = newRun([buildPlan('a')]);
      await store.settleDelivery('delivery', { outcome: 'runs', settledAtMs: 1 }, [first]);
      await replay({ deliveryId: 'delivery', id: 'replay', by: 'ada', askedAtMs: 2 });
      const again = newRun([buildPlan('a')], { id: 'again', deliveryId: 'replay' });
      const [run] = await store.settleDelivery('replay', { outcome: 'runs', settledAtMs: 3 }, [again]);
      expect(run).toMatchObject({ id: 'again', number: 2 });
      expect((await history.delivery('delivery'))?.runIds).toEqual([first.id]);
    });

    it('leaves the original the one that later deliveries repeat', async () => {
      const { inbox, store, replay } = await opened();
      await inbox.record(sampleDelivery('05'));
      await store.settleDelivery('05', ignored, []);
      await replay({ deliveryId: '05', id: '01', by: 'ada', askedAtMs: 1 });
      const again = { ...sampleDelivery('06'), deliveryId: sampleDelivery('05').deliveryId };
      expect(await inbox.record(again)).toEqual({ outcome: 'duplicate', id: '05' });
    });

    it('can itself be replayed', async () => {
      const { inbox, store, replay } = await opened();
      await inbox.record(sampleDelivery('01'));
      await store.settleDelivery('01', ignored, []);
      await replay({ deliveryId: '01', id: '02', by: 'ada', askedAtMs: 1 });
      await store.settleDelivery('02', ignored, []);
      expect(await replay({ deliveryId: '02', id: '03', by: 'bob', askedAtMs: 2 })).toBe('written');
    });

    it('is refused while the delivery is still to be planned, and of one that is unknown', async () => {
      const { inbox, replay } = await opened();
      await inbox.record(sampleDelivery('01'));
      const wanted = { id: '02', by: 'ada', askedAtMs: 1 };
      expect(await replay({ ...wanted, deliveryId: '01' })).toBe('pending');
      expect(await replay({ ...wanted, deliveryId: 'none' })).toBe('unknown');
    });
  });
}
