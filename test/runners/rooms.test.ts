import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createFakeEngine } from '../../runners/engine/fake/fake-engine.ts';
import type { Room } from '../../runners/make-room.ts';
import { openRooms, type Rooms, type RoomWish } from '../../runners/rooms.ts';
import { silentLog } from '../../src/log.ts';

const never = new AbortController().signal;
const imageOf = async (id: string) => ({ id });
const limits = { memoryBytes: 2 ** 29, cpus: 1, pids: 100 };
const wish = { image: imageOf('node:24'), limits };

async function openBench(warmRooms: number) {
  const directory = await mkdtemp(join(tmpdir(), 'hookline-rooms-'));
  const deaf = new Map<string, string>();
  const engine = createFakeEngine({ deafServices: deaf });
  const timers: (() => void)[] = [];
  let count = 0;
  const rooms = openRooms(
    {
      engine,
      workspaces: {
        async create(roomId) {
          await mkdir(join(directory, roomId));
          return join(directory, roomId);
        },
        remove: (roomId) => rm(join(directory, roomId), { recursive: true }),
        sweep: async () => {},
      },
      log: silentLog,
    },
    {
      owner: 'tests',
      warmRooms,
      clock: {
        after(_delayMs, run) {
          timers.push(run);
          return () => timers.splice(timers.indexOf(run), 1);
        },
      },
      newId: () => {
        count += 1;
        return `room-${count}`;
      },
    },
  );
  onTestFinished(async () => {
    await rooms.close();
    expect([engine.left(), engine.leftServices(), engine.leftNetworks(), await readdir(directory)]).toEqual([
      [],
      [],
      [],
      [],
    ]);
    await rm(directory, { recursive: true });
  });
  const left = () => engine.left().map(({ roomId }) => roomId);
  const waits = (count: number) => expect.poll(() => engine.left().length).toBe(count);
  return { rooms, engine, deaf, timers, left, waits };
}

/** What a job does with its room. */
async function leave(rooms: Rooms, asked: RoomWish) {
  const room = await rooms.take(asked, { signal: never });
  await room.container;
  await room.close();
}

it('makes a room when its job is there, and leaves nothing of it', async () => {
  const { rooms, left, waits } = await openBench(0);
  const room = await rooms.take(wish, { signal: never });
  await room.container;
  expect(left()).toHaveLength(1);
  await room.close();
  await waits(0);
});

it('makes one ahead after a job, and gives it to the next job that asks the same', async () => {
  const { rooms, left, waits } = await openBench(1);
  const first = await rooms.take(wish, { signal: never });
  await first.container;
  const used = left();
  await first.close();
  await expect.poll(left).not.toContain(used[0]);
  await waits(1);
  const made = left();
  const second = await rooms.take(wish, { signal: never });
  expect(second.workspaceDir).not.toBe(first.workspaceDir);
  expect(left()).toEqual(made);
  await second.close();
  await expect.poll(left).not.toContain(made[0]);
  await waits(1);
});

it('gives none to a job that asks for another image, other limits or no network', async () => {
  const { rooms, engine, left, waits } = await openBench(1);
  await leave(rooms, wish);
  await waits(1);
  const waiting = left();
  const spare: Room[] = [];
  for (const other of [
    { image: imageOf('node:26'), limits },
    { image: imageOf('node:24'), limits: { ...limits, memoryBytes: 2 ** 30 } },
    { ...wish, network: 'none' as const },
  ]) {
    const room = await rooms.take(other, { signal: never });
    await room.container;
    expect(left()).toEqual(expect.arrayContaining(waiting));
    expect(engine.left().at(-1)?.network === 'none').toBe('network' in other);
    spare.push(room);
  }
  expect(left()).toHaveLength(4);
  for (const room of spare) await room.close();
});

it('gives up the one that waits longest for one that is more likely to be wanted', async () => {
  const { rooms, engine, waits } = await openBench(1);
  const other = { image: imageOf('node:26'), limits };
  for (const each of [wish, other]) await leave(rooms, each);
  await waits(1);
  await expect.poll(() => engine.left().map(({ image }) => image)).toEqual(['node:26']);
});

it('gives out none whose container died', async () => {
  const { rooms, engine, left, waits } = await openBench(1);
  await leave(rooms, wish);
  await waits(1);
  const [dead = ''] = left();
  engine.kill(dead, 'killed', 'the engine was started again');
  const room = await rooms.take(wish, { signal: never });
  expect((await room.container).alive).toBe(true);
  await expect.poll(left).not.toContain(dead);
  await room.close();
  await waits(1);
});

it('gives up a room that nobody asks for', async () => {
  const { rooms, timers, waits } = await openBench(1);
  await leave(rooms, wish);
  await waits(1);
  for (const run of [...timers]) run();
  await waits(0);
});

it('keeps from the sweep what is in use or waits, and nothing else', async () => {
  const { rooms, engine, left, waits } = await openBench(1);
  await leave(rooms, wish);
  await waits(1);
  const used = await rooms.take({ image: imageOf('node:26'), limits }, { signal: never });
  await used.container;
  const stray = { owner: 'tests', roomId: 'of an earlier process' };
  await engine.openNetwork(stray, { signal: never });
  expect(await rooms.sweep()).toHaveLength(1);
  expect(left()).toHaveLength(2);
  await used.close();
});

it('waits for a room that is being made ahead when it is closed', async () => {
  const { rooms, left } = await openBench(1);
  await leave(rooms, wish);
  await rooms.close();
  expect(left()).toEqual([]);
});

it('serves a job in its room, and closes the services with it', async () => {
  const { rooms, engine, deaf } = await openBench(1);
  const base = { image: 'redis:7', env: {}, timeoutMs: 1_000 };
  await leave(rooms, wish);
  const room = await rooms.take(wish, { signal: never });
  await room.serve([{ ...base, name: 'cache' }], { signal: never });
  expect(engine.leftServices()).toMatchObject([{ name: 'cache', ...limits }]);
  deaf.set('db', 'ended with exit code 1');
  const both = [
    { ...base, name: 'db' },
    { ...base, name: 'queue' },
  ];
  await expect(room.serve(both, { signal: never })).rejects.toThrow('the service db ended with exit code 1');
  await room.close();
  await expect.poll(() => engine.leftServices()).toEqual([]);
});

it('is left with nothing when making a room fails or is given up', async () => {
  const { rooms, waits } = await openBench(1);
  const aborted = await rooms.take(wish, { signal: AbortSignal.abort(new Error('cancelled')) });
  await expect(aborted.container).rejects.toThrow('cancelled');
  await aborted.close();
  await waits(0);
});
