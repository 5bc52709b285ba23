import { describe, expect, it, onTestFinished } from 'vitest';
import { everyRunner, type HeardPresence, type RunnerRegistry } from '../../src/runs/runner-registry.ts';

export const heard = (more: Partial<HeardPresence> = {}): HeardPresence => ({
  id: 'aa-1',
  address: 'aa.p1',
  kind: 'jobs',
  name: 'host-1',
  version: '1.0.0',
  labels: ['amd64', 'linux'],
  slots: 2,
  busy: 0,
  engine: 'Docker 28.1',
  state: 'ready',
  startedAtMs: 1_000,
  beat: 1,
  seenAtMs: 2_000,
  ...more,
});

/** What every registry of runners must do. */
export function describeRunnerRegistry(
  name: string,
  open: () => Promise<{ registry: RunnerRegistry; close(): Promise<void> }>,
): void {
  async function opened(): Promise<RunnerRegistry> {
    const { registry, close } = await open();
    onTestFinished(close);
    return registry;
  }

  describe(`the registry of runners: ${name}`, () => {
    it('has each runner as it was last heard, by name', async () => {
      const registry = await opened();
      expect(await registry.note(heard({ id: 'bb-1', name: 'host-2' }))).toBe('work');
      await registry.note(heard());
      await registry.note(heard({ beat: 2, busy: 1, seenAtMs: 3_000 }));
      const { runners, all } = await registry.list();
      expect(runners.map(({ id, busy, seenAtMs }) => [id, busy, seenAtMs])).toEqual([
        ['aa-1', 1, 3_000],
        ['bb-1', 0, 2_000],
      ]);
      expect(runners[0]).toMatchObject({ labels: ['amd64', 'linux'], engine: 'Docker 28.1', jobs: [] });
      expect(all).toBeUndefined();
    });

    it('takes no word that came late, of the same process or of an earlier one', async () => {
      const registry = await opened();
      await registry.note(heard({ beat: 5, busy: 2 }));
      await registry.note(heard({ beat: 4, seenAtMs: 2_500 }));
      await registry.note(heard({ beat: 5, seenAtMs: 2_500 }));
      await registry.note(heard({ address: 'aa.p0', startedAtMs: 500, beat: 9, seenAtMs: 2_500 }));
      expect((await registry.list()).runners).toMatchObject([{ busy: 2, seenAtMs: 2_000 }]);
      await registry.note(heard({ address: 'aa.p2', startedAtMs: 1_500, beat: 1, seenAtMs: 2_500 }));
      expect((await registry.list()).runners).toMatchObject([{ busy: 0, seenAtMs: 2_500 }]);
    });

    it('takes up a runner whose clock was set back once its earlier process is silent', async () => {
      const registry = await opened();
      await registry.note(heard());
      const later = heard({ address: 'aa.p2', startedAtMs: 10, busy: 1, seenAtMs: 70_000 });
      await registry.note(later);
      expect((await registry.list()).runners).toMatchObject([{ busy: 1, startedAtMs: 10 }]);
    });

    it('keeps orders: that of the runner counts before that for all', async () => {
      const registry = await opened();
      await registry.give(everyRunner, 'pause', 'ann', 5);
      await registry.give('aa-1', 'drain', 'bob', 6);
      await registry.give('aa-1', 'drain', 'bob', 7);
      expect(await registry.note(heard())).toBe('drain');
      expect(await registry.note(heard({ id: 'bb-1' }))).toBe('pause');
      expect(await registry.orderOf('unheard')).toBe('pause');
      const known = await registry.list();
      expect(known.all).toEqual({ order: 'pause', by: 'ann', atMs: 5 });
      expect(known.runners[0]?.order).toEqual({ order: 'drain', by: 'bob', atMs: 7 });
      await registry.give('aa-1', 'work', 'bob', 8);
      expect(await registry.orderOf('aa-1')).toBe('pause');
      await registry.give(everyRunner, 'work', 'ann', 9);
      expect(await registry.orderOf('aa-1')).toBe('work');
    });

    it('forgets who was not heard for a month', async () => {
      const registry = await opened();
      await registry.note(heard());
      await registry.note(heard({ id: 'bb-1', seenAtMs: 32 * 24 * 3_600_000 }));
      await registry.forget(33 * 24 * 3_600_000);
      expect((await registry.list()).runners.map(({ id }) => id)).toEqual(['bb-1']);
    });
  });
}
