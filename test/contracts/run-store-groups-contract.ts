import { describe, expect, it, onTestFinished } from 'vitest';
import { newId } from '../../src/ids.ts';
import { decideCommand } from '../../src/runs/command.ts';
import type { Run } from '../../src/runs/run.ts';
import { type RunEvent, transition } from '../../src/runs/transition.ts';
import { buildPlan, jobId, newRun, sampleDelivery, sampleLease } from '../src/runs/sample-run.ts';
import type { Stores } from './stores.ts';

const settled = { outcome: 'runs', settledAtMs: 1_500 } as const;

/** What every database must do for jobs of which one at a time is carried out. */
export function describeGroups(name: string, open: () => Promise<Stores>): void {
  async function opened(): Promise<Stores> {
    const stores = await open();
    onTestFinished(() => stores.close());
    return stores;
  }

  /** A run of one job, which is of the group. */
  async function arrives({ inbox, store }: Stores, id: string, group = 'g', repository = 'octo/app') {
    await inbox.record(sampleDelivery(id));
    const given = { id, deliveryId: id, change: { repository } };
    await store.settleDelivery(id, settled, [newRun([buildPlan('a', [], { group })], given)]);
  }

  /** What control does with the commands that wait, until there are none. */
  async function carryOut({ commands, store }: Stores): Promise<void> {
    for (let nowMs = 10_000; ; nowMs += 1) {
      const taken = await commands.take({ nowMs, holdMs: 1_000, limit: 9 });
      if (taken.length === 0) return;
      for (const command of taken) {
        await store.carryOut(command, (run) => decideCommand(run, command, nowMs));
      }
    }
  }

  const move = ({ store }: Stores, id: string, event: RunEvent) =>
    store.change(id, (run) => transition(run, event, 5_000));
  const cancel = (stores: Stores, id: string) =>
    move(stores, id, { type: 'cancel-requested', reason: { code: 'user', message: 'stop' } });
  const statusOf = async ({ store }: Stores, id: string): Promise<Run['status'] | undefined> =>
    (await store.get(id))?.jobs[0]?.status;
  const begin = (stores: Stores, id: string) =>
    move(stores, id, {
      type: 'claimed',
      jobId: jobId(id, 'a'),
      attempt: 1,
      lease: sampleLease(`l-${id}`),
    });
  const end = (stores: Stores, id: string) =>
    move(stores, id, {
      type: 'reported',
      jobId: jobId(id, 'a'),
      leaseId: `l-${id}`,
      seq: 1,
      body: { type: 'job.finished', at: 3_000, outcome: 'failure', logLines: 0, logBytes: 0, logCut: false },
    });

  describe(`groups: ${name}`, () => {
    it('are held by one at a time, in the order in which they came', async () => {
      const stores = await opened();
      for (const id of ['a', 'b', 'c']) await arrives(stores, id);
      await carryOut(stores);
      const all = async () => Promise.all(['a', 'b', 'c'].map((id) => statusOf(stores, id)));
      expect(await all()).toEqual(['queued', 'waiting', 'waiting']);
      expect((await stores.history.run('c'))?.jobs[0]?.reason).toEqual({
        code: 'group',
        message: 'group "g" is held by run #1',
      });
      await begin(stores, 'a');
      await carryOut(stores);
      expect(await all()).toEqual(['running', 'waiting', 'waiting']);
      await end(stores, 'a');
      await carryOut(stores);
      expect(await all()).toEqual(['failure', 'queued', 'waiting']);
      await cancel(stores, 'b');
      await carryOut(stores);
      expect(await all()).toEqual(['failure', 'cancelled', 'queued']);
    });

    it('are apart by name and by repository', async () => {
      const stores = await opened();
      await arrives(stores, 'a');
      await arrives(stores, 'b', 'other');
      await arrives(stores, 'c', 'g', 'octo/other');
      await carryOut(stores);
      for (const id of ['a', 'b', 'c']) expect(await statusOf(stores, id)).toBe('queued');
    });

    it('go on to the next when the one whose turn it was is cancelled before it heard of it', async () => {
      const stores = await opened();
      for (const id of ['a', 'b', 'c']) await arrives(stores, id);
      await cancel(stores, 'b');
      await cancel(stores, 'a');
      await carryOut(await stores.reopen());
      expect(await statusOf(stores, 'c')).toBe('queued');
    });

    it('are asked for anew, behind the others, by a job that is tried again', async () => {
      const stores = await opened();
      for (const id of ['a', 'b']) await arrives(stores, id);
      await cancel(stores, 'a');
      await move(stores, 'a', { type: 'retried', scope: 'all' });
      await carryOut(stores);
      expect([await statusOf(stores, 'a'), await statusOf(stores, 'b')]).toEqual(['waiting', 'queued']);
      await cancel(stores, 'b');
      await carryOut(stores);
      expect(await statusOf(stores, 'a')).toBe('queued');
    });

    it('have one holder, and leave nobody waiting for nothing, when many come and go at the same moment', async () => {
      const stores = await opened();
      const ids = Array.from({ length: 12 }, () => newId());
      await Promise.all(ids.map((id) => arrives(stores, id)));
      for (let left = ids.length; left > 0; left -= 2) {
        await carryOut(stores);
        const statuses = await Promise.all(ids.map((id) => statusOf(stores, id)));
        const held = ids.filter((_, index) => statuses[index] === 'queued');
        expect(held).toHaveLength(1);
        const waiting = ids.filter((_, index) => statuses[index] === 'waiting');
        expect(waiting).toHaveLength(left - 1);
        await Promise.all([...held, ...waiting.slice(0, 1)].map((id) => cancel(stores, id)));
      }
    });
  });
}
