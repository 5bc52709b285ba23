import { describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { type Loop, startLoop } from '../../src/loop.ts';
import { startWorkPool } from '../../src/work-pool.ts';
import { waitUntil } from '../support/wait-until.ts';

const idleMs = 60_000;
const soon = (what: string, isTrue: () => boolean) =>
  waitUntil(async () => isTrue(), { what, timeoutMs: 5_000, intervalMs: 2 });

function kept(loop: Loop): Loop {
  onTestFinished(() => loop.close());
  return loop;
}

describe('a loop', () => {
  it('turns at once while there is more, then rests until it is woken', async () => {
    let turns = 0;
    const turn = async () => {
      turns += 1;
      return turns < 5 ? ('more' as const) : ('idle' as const);
    };
    const loop = kept(startLoop({ name: 'l', idleMs, log: silentLog, turn }));
    await soon('five turns', () => turns === 5);
    loop.wake();
    await soon('the sixth', () => turns === 6);
  });

  it('does not miss a call that comes in the middle of a turn', async () => {
    let turns = 0;
    const loop: Loop = kept(
      startLoop({
        name: 'l',
        idleMs,
        log: silentLog,
        turn: async () => {
          turns += 1;
          await Promise.resolve();
          if (turns === 1) loop.wake();
          return 'idle';
        },
      }),
    );
    await soon('the second turn', () => turns === 2);
  });

  it('goes on after a turn that threw', async () => {
    let turns = 0;
    const turn = async () => {
      turns += 1;
      if (turns === 1) throw new Error('the database is away');
      return 'idle' as const;
    };
    kept(startLoop({ name: 'l', idleMs: 5, log: silentLog, turn }));
    await soon('the second turn', () => turns >= 2);
  });

  it('ends with the turn that is under way', async () => {
    let release = () => {};
    let ended = false;
    const loop = startLoop({
      name: 'l',
      idleMs,
      log: silentLog,
      turn: async () => {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        ended = true;
        return 'more';
      },
    });
    await new Promise((resolve) => setImmediate(resolve));
    const closing = loop.close();
    release();
    await closing;
    expect(ended).toBe(true);
    await loop.close();
  });
});

describe('a work pool', () => {
  it('works on at most so many at once, and a slow one holds up nobody else', async () => {
    const waiting = Array.from({ length: 30 }, (_, index) => index);
    const done: number[] = [];
    let atOnce = 0;
    let most = 0;
    let release = () => {};
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    const pool = startWorkPool<number>({
      name: 'p',
      capacity: 4,
      idleMs,
      log: silentLog,
      take: async (limit) => waiting.splice(0, limit),
      work: async (item) => {
        atOnce += 1;
        most = Math.max(most, atOnce);
        await (item === 0 ? slow : new Promise((resolve) => setImmediate(resolve)));
        atOnce -= 1;
        done.push(item);
      },
    });
    await soon('all but the slow one', () => done.length === 29);
    expect(most).toBe(4);
    release();
    await pool.close();
    expect(done).toHaveLength(30);
  });

  it('takes the next after one that failed, and tells the others to stop when it is closed', async () => {
    const waiting = ['bad', 'long'];
    let stopped = false;
    const pool = startWorkPool<string>({
      name: 'p',
      capacity: 1,
      idleMs,
      log: silentLog,
      take: async (limit) => waiting.splice(0, limit),
      work: async (item, signal) => {
        if (item === 'bad') throw new Error('no');
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        stopped = true;
      },
    });
    await soon('the second to be taken', () => waiting.length === 0);
    await pool.close();
    expect(stopped).toBe(true);
  });
});
