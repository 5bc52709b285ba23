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

/** After the grace, what hangs with a neighbour that hangs (a store, Redis) is left as after a kill. */
const lateMs = 20_000;

/**
 * Closes within the grace; when told to hurry, closes again without any. Resolves at the latest `lateMs` after that,
 * closed or not: a stop never hangs, and whatever is left open is such that a kill does it no harm.
 */
export async function closeWithin(
  closable: { close(graceMs: number): Promise<void> },
  graceMs: number,
  options: { hurry: AbortSignal; log: Log; lateMs?: number },
): Promise<void> {
  const { hurry, log } = options;
  const late = Promise.withResolvers<void>();
  const giveUp = () => {
    log.error('closing takes too long: ended without waiting for what is still open');
    late.resolve();
  };
  const wait = (afterMs: number) => setTimeout(giveUp, afterMs + (options.lateMs ?? lateMs));
  let waiting = wait(hurry.aborted ? 0 : graceMs);
  const close = async (withinMs: number) => {
    await Promise.race([closable.close(withinMs), late.promise]);
  };
  const hasten = () => {
    clearTimeout(waiting);
    waiting = wait(0);
    close(0).catch(() => {});
  };
  hurry.addEventListener('abort', hasten, { once: true });
  try {
    await close(hurry.aborted ? 0 : graceMs);
  } finally {
    hurry.removeEventListener('abort', hasten);
    clearTimeout(waiting);
  }
}
