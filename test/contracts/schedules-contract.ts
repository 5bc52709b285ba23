import { describe, expect, it, onTestFinished } from 'vitest';
import { newId } from '../../src/ids.ts';
import { silentLog } from '../../src/log.ts';
import type { DeliveryQueue } from '../../src/runs/delivery-queue.ts';
import type { History } from '../../src/runs/history.ts';
import type { ScheduleBook } from '../../src/runs/schedule.ts';
import { fireDueSchedules } from '../../src/runs/start-schedules.ts';

/** Of one process over a database; `beside` are others that work on it at the same time. */
export type ScheduleStores = {
  schedules: ScheduleBook;
  history: History;
  queue: DeliveryQueue;
  beside: readonly Pick<ScheduleStores, 'schedules'>[];
  close(): Promise<void>;
};

const branch = {
  provider: 'github',
  repository: 'octo/app',
  name: 'main',
  defaultBranch: 'main',
} as const;
const start = Date.parse('2026-05-04T02:00:00Z');
const minute = 60_000;

/** What every database must do for schedules; `open` gives an empty one. */
export function describeSchedules(name: string, open: () => Promise<ScheduleStores>): void {
  async function opened(): Promise<ScheduleStores> {
    const stores = await open();
    onTestFinished(() => stores.close());
    return stores;
  }

  const entry = (
    cron: string,
    dueAtMs: number,
    given: { digest?: string; missed?: 'skip' | 'once' } = {},
  ) => ({
    id: newId(),
    branch,
    cron,
    timezone: 'UTC',
    missed: 'skip' as const,
    digest: 'd1',
    dueAtMs,
    ...given,
  });
  const all = async ({ schedules }: ScheduleStores) => (await schedules.list({}, { limit: 100 })).items;
  const deliveriesOf = async ({ history }: ScheduleStores) =>
    (await history.listDeliveries({}, { limit: 100 })).items;
  const look = ({ schedules }: Pick<ScheduleStores, 'schedules'>, nowMs: number) =>
    fireDueSchedules({ schedules, now: () => nowMs, newId, log: silentLog });

  describe(`schedules: ${name}`, () => {
    it('are those of the newest file: what stays keeps its times, what is gone is gone', async () => {
      const stores = await opened();
      await stores.schedules.keep(branch, [entry('0 3 * * *', start), entry('0 4 * * *', start)]);
      const [first] = (await all(stores)).filter(({ cron }) => cron === '0 3 * * *');
      await stores.schedules.keep(branch, [
        entry('0 3 * * *', start + 1, { digest: 'd2', missed: 'once' }),
        entry('0 5 * * *', start + 1),
      ]);
      const kept = await all(stores);
      expect(kept.map(({ cron }) => cron).sort()).toEqual(['0 3 * * *', '0 5 * * *']);
      expect(kept).toContainEqual({ ...first, digest: 'd2', missed: 'once' });
      await stores.schedules.keep({ repository: 'octo/app', name: 'other' }, []);
      expect(await all(stores)).toHaveLength(2);
      await stores.schedules.keep(branch, []);
      expect(await all(stores)).toEqual([]);
    });

    it('are listed by repository, page by page', async () => {
      const stores = await opened();
      const entries = Array.from({ length: 5 }, (_, index) => entry(`${index} 3 * * *`, start));
      await stores.schedules.keep(branch, entries);
      const other = { ...branch, repository: 'octo/other' };
      await stores.schedules.keep(other, [{ ...entry('0 3 * * *', start), branch: other }]);
      const filter = { repository: 'octo/app' };
      const first = await stores.schedules.list(filter, { limit: 3 });
      const before = first.next ?? '';
      const second = await stores.schedules.list(filter, { limit: 3, before });
      expect(second.next).toBeUndefined();
      const ids = [...first.items, ...second.items].map(({ id }) => id);
      expect(ids.sort()).toEqual(entries.map(({ id }) => id).sort());
      await expect(stores.schedules.list({}, { limit: 3, before: "'" })).rejects.toThrow('not the `next`');
    });

    it('become a delivery when their time has come, and not before', async () => {
      const stores = await opened();
      const dueAtMs = start + 60 * minute;
      await stores.schedules.keep(branch, [entry('0 3 * * *', dueAtMs)]);
      expect(await look(stores, dueAtMs - 1)).toBe(0);
      expect(await look(stores, dueAtMs + 2_000)).toBe(1);
      const [delivery] = await deliveriesOf(stores);
      expect(delivery).toMatchObject({
        source: 'hookline',
        event: 'schedule',
        repository: 'octo/app',
        outcome: 'pending',
      });
      expect(await all(stores)).toMatchObject([
        { dueAtMs: dueAtMs + 24 * 60 * minute, lastDueAtMs: dueAtMs, lastDeliveryId: delivery?.id },
      ]);
      const [taken] = await stores.queue.take({ nowMs: dueAtMs + 3_000, holdMs: 1_000, limit: 9 });
      expect(JSON.parse(Buffer.from(taken?.body ?? []).toString('utf8'))).toMatchObject({
        branch,
        schedule: { cron: '0 3 * * *', timezone: 'UTC', dueAtMs },
      });
    });

    it('that were missed for long are moved on without a delivery', async () => {
      const stores = await opened();
      await stores.schedules.keep(branch, [entry('0 3 * * *', start + 60 * minute)]);
      expect(await look(stores, start + 600 * minute)).toBe(1);
      expect(await deliveriesOf(stores)).toEqual([]);
      expect(await look(stores, start + 600 * minute)).toBe(0);
    });

    it('come once, however many processes look at the same moment, through hours of times', async () => {
      const stores = await opened();
      const processes = [stores, ...stores.beside];
      const crons = ['*/10 * * * *', '5 * * * *', '0 3 * * *'];
      await stores.schedules.keep(
        branch,
        crons.map((cron) => entry(cron, start)),
      );
      for (let at = start; at <= start + 120 * minute; at += 10 * minute) {
        await Promise.all([...processes, ...processes].map((each) => look(each, at)));
      }
      const counted = Object.groupBy(await deliveriesOf(stores), ({ deliveryId }) => deliveryId);
      expect(Object.values(counted).every((equal) => equal?.length === 1)).toBe(true);
      // 02:00 to 04:00 by tens, 02:05 and 03:05 (each five minutes late), and 03:00.
      expect(Object.keys(counted)).toHaveLength(13 + 2 + 1);
    });
  });
}
