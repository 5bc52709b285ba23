import { expect, it } from 'vitest';
import type { ContainerUsage } from '../../runners/engine/engine.ts';
import { watchUsage } from '../../runners/watch-usage.ts';

it('what a container that died has used is what was seen of it last', async () => {
  const timers: (() => void)[] = [];
  const usage: ContainerUsage = { cpuMs: 5, peakMemoryBytes: 6, readBytes: 7, writtenBytes: 8 };
  let now: ContainerUsage | undefined = usage;
  const after = (_ms: number, run: () => void) => {
    timers.push(run);
    return () => void timers.splice(timers.indexOf(run), 1);
  };
  const watch = watchUsage({ usage: async () => now }, { after });
  timers.shift()?.();
  await expect.poll(() => timers.length).toBe(1);
  now = undefined;
  expect([await watch.end(), timers.length]).toEqual([usage, 0]);
});
