import { expect, it } from 'vitest';
import { diskLimit } from '../../runners/disk-limit.ts';
import { watchDisk } from '../../runners/watch-disk.ts';

const GiB = 2 ** 30;

/** A watch over a disk whose state each look is given; `walks` are the times at which all files were looked at. */
async function watched(
  looks: readonly { atMs: number; volume: number; job: number }[],
  walkTakesMs = 0,
): Promise<{ walks: number[]; over: number[]; left: number }> {
  let now = looks[0] ?? { atMs: 0, volume: 0, job: 0 };
  let lateMs = 0;
  const walks: number[] = [];
  const over: number[] = [];
  const timers: (() => void)[] = [];
  const watch = watchDisk({
    limitBytes: 10 * GiB,
    use: {
      volumeBytes: async () => now.volume * GiB,
      jobBytes: async () => {
        walks.push(now.atMs);
        lateMs += walkTakesMs;
        return now.job * GiB;
      },
    },
    clock: {
      now: () => now.atMs + lateMs,
      elapsed: () => now.atMs + lateMs,
      after(_ms, run) {
        timers.push(run);
        return () => void timers.splice(timers.indexOf(run), 1);
      },
    },
    onOver: (bytes) => over.push(bytes),
    onFault: (error) => {
      throw error;
    },
  });
  for (const look of looks.slice(1)) {
    await new Promise((resolve) => setImmediate(resolve));
    now = look;
    timers.shift()?.();
  }
  await new Promise((resolve) => setImmediate(resolve));
  watch.close();
  return { walks, over, left: timers.length };
}

it('looks at the files of a job when the disk has filled by half of what the job has left', async () => {
  const { walks, over } = await watched([
    { atMs: 0, volume: 100, job: 0 },
    { atMs: 2_000, volume: 104, job: 4 },
    { atMs: 4_000, volume: 105, job: 5 },
    { atMs: 6_000, volume: 107, job: 7 },
    { atMs: 8_000, volume: 108, job: 8 },
    { atMs: 10_000, volume: 112, job: 12 },
  ]);
  expect({ walks, over }).toEqual({ walks: [4_000, 8_000, 10_000], over: [12 * GiB] });
});

it('looks each half minute where others free what the job takes', async () => {
  const looks = [0, 10_000, 20_000, 30_000, 40_000, 60_000].map((atMs) => ({ atMs, volume: 50, job: 11 }));
  expect(await watched(looks)).toEqual({ walks: [30_000], over: [11 * GiB], left: 0 });
});

it('pauses five times as long as a walk takes', async () => {
  const looks = [0, 2_000, 6_000, 12_000, 20_000].map((atMs, at) => ({ atMs, volume: at * 20, job: 1 }));
  expect((await watched(looks, 2_000)).walks).toEqual([2_000, 12_000]);
});

it('names the use and the limit', () => {
  expect(diskLimit(21 * GiB, 20 * GiB).message).toBe(
    'the job used 21.0 GiB of disk, of the 20.0 GiB that it may',
  );
  expect(diskLimit(70 * 2 ** 20, 64 * 2 ** 20).message).toContain('70 MiB of disk, of the 64 MiB');
});
