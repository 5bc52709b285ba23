import { readFile } from 'node:fs/promises';
import { hasCode } from './system-error.ts';

/** A process that cannot be mistaken for a later one with the same number, nor for one before a reboot. */
export type ProcessIdentity = {
  readonly processId: number;
  /** Clock ticks since the machine was booted. */
  readonly startTicks: number;
  readonly bootId: string;
};

/** `undefined` when there is no such process now. */
export async function identifyProcess(processId: number): Promise<ProcessIdentity | undefined> {
  try {
    const stat = await readFile(`/proc/${processId}/stat`, 'utf8');
    const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    // The second field is the program's name in parentheses and may hold anything; the 22nd is the start.
    const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { processId, startTicks: Number(afterName[19]), bootId };
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESRCH')) return undefined;
    throw error;
  }
}

export async function isStillRunning(identity: ProcessIdentity): Promise<boolean> {
  const now = await identifyProcess(identity.processId);
  return now?.startTicks === identity.startTicks && now.bootId === identity.bootId;
}
