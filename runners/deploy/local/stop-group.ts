import { setTimeout as wait } from 'node:timers/promises';
import { hasCode } from './system-error.ts';

export type StopGroup = { readonly processGroup: number; readonly graceMs: number };

const pollMs = 20;

/** Ends a process group: SIGTERM, then SIGKILL for whoever is still there after the grace. */
export async function stopGroup({ processGroup, graceMs }: StopGroup): Promise<void> {
  if (!signalGroup(processGroup, 'SIGTERM')) return;
  const untilMs = performance.now() + graceMs;
  while (performance.now() < untilMs) {
    await wait(pollMs);
    if (!signalGroup(processGroup, 0)) return;
  }
  signalGroup(processGroup, 'SIGKILL');
}

/** Whether the group has a member; a zombie counts until its parent has looked. */
function signalGroup(processGroup: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-processGroup, signal);
    return true;
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return false;
    throw error;
  }
}
