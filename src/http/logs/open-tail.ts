import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveLogReader, LogLines } from '../../contract/live-log.ts';
import type { Log } from '../../log.ts';

export type Tail = {
  /** The next batch; undefined when none came within `waitMs`, or when `interrupt` aborted. */
  take(waitMs: number, interrupt: AbortSignal): Promise<LogLines | undefined>;
  close(): void;
};

const reopenMs = 1_000;

/**
 * The live tail, a batch at a time and no faster than it is taken. A tail that fails is opened again: its end is no
 * proof that the log ended, and its silence none that nothing was logged.
 */
export function openTail(options: {
  live: Pick<LiveLogReader, 'follow'>;
  jobId: string;
  attempt: number;
  log: Pick<Log, 'warn'>;
}): Tail {
  const { live, jobId, attempt, log } = options;
  const closing = new AbortController();
  const { signal } = closing;
  let slot: LogLines | undefined;
  let filled = () => {};
  let emptied = () => {};
  signal.addEventListener('abort', () => emptied(), { once: true });

  async function pump(): Promise<void> {
    while (!signal.aborted) {
      try {
        for await (const batch of live.follow(jobId, attempt, { signal })) {
          const taken = new Promise<void>((resolve) => {
            emptied = resolve;
          });
          slot = batch;
          filled();
          if (!signal.aborted) await taken;
          if (signal.aborted) return;
        }
        return;
      } catch (error) {
        if (signal.aborted) return;
        log.warn({ err: error, jobId, attempt }, 'the live log broke off; its readers get it from the store');
        await sleep(reopenMs, undefined, { signal }).catch(() => {});
      }
    }
  }
  void pump();

  return {
    async take(waitMs, interrupt) {
      if (slot === undefined && !interrupt.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(done, waitMs);
          interrupt.addEventListener('abort', done);
          filled = done;
          function done() {
            clearTimeout(timer);
            interrupt.removeEventListener('abort', done);
            filled = () => {};
            resolve();
          }
        });
      }
      const batch = slot;
      slot = undefined;
      emptied();
      return batch;
    },
    close: () => closing.abort(),
  };
}
