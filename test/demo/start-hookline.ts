import { once } from 'node:events';
import { type HooklineProcess, spawnHookline } from '../support/hookline-process.ts';

export type Hookline = Pick<HooklineProcess, 'pid' | 'ended' | 'stop'> & { readonly url: string };

/** Runs `hookline start` with these settings and nothing else of our environment but the path, until it is ready. */
export async function startHookline(options: {
  settings: Record<string, string>;
  logFile: string;
  signal: AbortSignal;
}): Promise<Hookline> {
  const { settings, logFile, signal } = options;
  const { pid, ended, stop, ready } = await spawnHookline(['start'], { settings, logFile });
  const toldToStop = once(signal, 'abort').then(() => signal.throwIfAborted());
  try {
    const url = await Promise.race([ready(), toldToStop]);
    return { pid, ended, stop, url: String(url) };
  } catch (error) {
    await stop();
    throw error;
  }
}
