import { messageOf } from './errors.ts';
import type { Log } from './log.ts';

export type Loop = {
  /** There may be work now: do not wait for the next turn. */
  wake(): void;
  /** No further turn begins; resolves when the turn under way has ended. */
  close(): Promise<void>;
};

/**
 * Calls `turn` again and again: at once while it answers `more`, else when woken or after `idleMs`. A turn that
 * throws is logged and tried again after `idleMs`; it never ends the loop.
 */
export function startLoop(options: {
  name: string;
  idleMs: number;
  log: Log;
  turn: (signal: AbortSignal) => Promise<'more' | 'idle'>;
}): Loop {
  const stop = new AbortController();
  let woken = false;
  let interrupt = () => {};

  async function rest(): Promise<void> {
    if (woken || stop.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, options.idleMs);
      interrupt = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      woken = false;
      try {
        if ((await options.turn(stop.signal)) === 'more') continue;
      } catch (error) {
        if (stop.signal.aborted) return;
        options.log.error({ err: error }, `${options.name}: ${messageOf(error)}; trying again`);
        woken = false;
      }
      await rest();
    }
  }

  const ended = run();
  return {
    wake() {
      woken = true;
      interrupt();
    },
    async close() {
      stop.abort();
      interrupt();
      await ended;
    },
  };
}
