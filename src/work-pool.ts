import type { Log } from './log.ts';
import { type Loop, startLoop } from './loop.ts';

/**
 * Takes items and works on them, at most `capacity` at a time. A slow item holds one place and nothing else.
 * `work` deals with its own failures; what it throws all the same is logged.
 */
export function startWorkPool<Item>(options: {
  name: string;
  capacity: number;
  idleMs: number;
  log: Log;
  take: (limit: number) => Promise<Item[]>;
  work: (item: Item, signal: AbortSignal) => Promise<void>;
}): Loop {
  const { name, capacity, log } = options;
  const stop = new AbortController();
  const underWay = new Set<Promise<void>>();

  const loop = startLoop({
    name,
    idleMs: options.idleMs,
    log,
    turn: async () => {
      const free = capacity - underWay.size;
      if (free <= 0) return 'idle';
      const items = await options.take(free);
      for (const item of items) start(item);
      return items.length > 0 && underWay.size < capacity ? 'more' : 'idle';
    },
  });

  function start(item: Item): void {
    const work = options
      .work(item, stop.signal)
      .catch((error: unknown) => log.error({ err: error }, `${name}: an item failed`))
      .finally(() => {
        underWay.delete(work);
        loop.wake();
      });
    underWay.add(work);
  }

  return {
    wake: loop.wake,
    async close() {
      stop.abort();
      await loop.close();
      await Promise.all(underWay);
    },
  };
}
