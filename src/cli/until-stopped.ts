import type { Log } from '../log.ts';

/**
 * Resolves when the process is told to stop: by SIGTERM or SIGINT, or by the end of the channel to the process
 * that started it. A second signal ends the grace: `hurry` aborts. So does the end of the channel, for whatever the
 * process that ended provided is gone as well.
 */
export function untilStopped(log: Log): { stopped: Promise<void>; hurry: AbortSignal } {
  const hurry = new AbortController();
  const { promise, resolve } = Promise.withResolvers<void>();
  let signals = 0;
  const stop = (why: string) => {
    signals += 1;
    log.info(signals === 1 ? `${why}: stopping` : `${why} again: stopping at once`);
    resolve();
    if (signals > 1) hurry.abort();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal));
  if (process.channel) {
    process.on('disconnect', () => {
      stop('the process that started this one ended');
      hurry.abort();
    });
    // Waiting for that end must not by itself keep the process running.
    process.channel.unref();
  }
  return { stopped: promise, hurry: hurry.signal };
}

/** Closes within the grace; when told to hurry, closes again without any. */
export async function closeWithin(
  closable: { close(graceMs: number): Promise<void> },
  graceMs: number,
  hurry: AbortSignal,
): Promise<void> {
  if (hurry.aborted) return closable.close(0);
  hurry.addEventListener('abort', () => closable.close(0), { once: true });
  await closable.close(graceMs);
}
