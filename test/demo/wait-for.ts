import { setTimeout as delay } from 'node:timers/promises';

const intervalMs = 25;

/** Asks until there is an answer other than `undefined`; throws when there is none in time, with the last trouble met. */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let trouble = '';
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
      trouble = '';
    } catch (error) {
      signal.throwIfAborted();
      trouble = `; the last try ended with: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs / 1000} s for ${what} in vain${trouble}`);
    // Wakes early when it is told to stop, and then says why in the signal's own words.
    await delay(intervalMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}
