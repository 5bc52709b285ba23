import { BlobRefusal } from './blob-refusal.ts';

export interface OpenPuts {
  /** Throws `closed` once the store has been closed. */
  assertOpen(): void;
  /** Runs a put that `close` waits for. */
  run<T>(put: () => Promise<T>): Promise<T>;
  /** Takes no more and waits for those that run. */
  close(): Promise<void>;
}

/** Which puts of a store are running, so that closing it cuts none of them short. `what` names the store. */
export function createOpenPuts(what: string): OpenPuts {
  const running = new Set<Promise<unknown>>();
  let closed = false;
  const assertOpen = () => {
    if (closed) throw new BlobRefusal('closed', `${what} is closed: the process is stopping.`);
  };
  return {
    assertOpen,
    async run(put) {
      assertOpen();
      const task = put();
      running.add(task);
      try {
        return await task;
      } finally {
        running.delete(task);
      }
    },
    async close() {
      closed = true;
      await Promise.allSettled(running);
    },
  };
}
