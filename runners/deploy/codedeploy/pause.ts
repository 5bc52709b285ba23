import type { Clock } from '../../../src/clock.ts';

/** Resolves after `delayMs`, or as soon as `signal` aborts: what comes next looks at the signal itself. */
export function pause(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      callOff();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const callOff = clock.after(delayMs, end);
    signal?.addEventListener('abort', end, { once: true });
  });
}
