import { setTimeout as sleep } from 'node:timers/promises';

/** Picks a backend for each request as a proxy does: by turns among those that say that they are ready. */
export type ReadyBackends = {
  /** The status of the answer; rejects when a connection broke after the request was sent. */
  post(path: string, request: { headers: Record<string, string>; body: string }): Promise<number>;
  close(): Promise<void>;
};

const lookMs = 100;

export function watchBackends(urls: readonly string[]): ReadyBackends {
  const ready = new Set(urls);
  const stop = new AbortController();
  let turn = 0;

  async function watch(url: string): Promise<void> {
    while (!stop.signal.aborted) {
      const isReady = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
        async (response) => {
          await response.arrayBuffer();
          return response.ok;
        },
        () => false,
      );
      if (isReady) ready.add(url);
      else ready.delete(url);
      await sleep(lookMs, undefined, { signal: stop.signal }).catch(() => {});
    }
  }
  const watching = Promise.all(urls.map(watch));

  return {
    async post(path, { headers, body }) {
      // Nobody is ready for a moment on a busy machine: then any is asked.
      const among = ready.size > 0 ? [...ready] : [...urls];
      for (let tries = 0; ; tries += 1) {
        turn += 1;
        const url = among[turn % among.length];
        try {
          const response = await fetch(`${url}${path}`, { method: 'POST', headers, body });
          await response.arrayBuffer();
          return response.status;
        } catch (error) {
          if (!wasNotTaken(error) || tries >= 20) throw error;
          await sleep(50);
        }
      }
    },
    async close() {
      stop.abort();
      await watching;
    },
  };
}

/** The request was never sent, so that it may go to another backend. */
function wasNotTaken(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
}
