import { access, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 1;

/**
 * Whether the engine's number for a container's first process means that process here too. Where this process
 * does not see the engine's (one in a virtual machine, a runner in a container) it names another or none.
 */
export async function isInitOf(containerId: string, pid: number): Promise<boolean> {
  const cgroups = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
  return cgroups.includes(containerId);
}

/**
 * Whether the process has ended and was reaped within the time. Of a container's first process it says that all are
 * gone: Linux kills the others and waits for their end before it lets that one go (pid_namespaces(7)). The daemon
 * says the same 80 to 120 ms later, which is why it is not asked.
 */
export async function isGoneWithin(timeoutMs: number, pid: number): Promise<boolean> {
  for (const deadlineMs = performance.now() + timeoutMs; performance.now() < deadlineMs; ) {
    if (await isGone(pid)) return true;
    await sleep(pollMs);
  }
  return false;
}

function isGone(pid: number): Promise<boolean> {
  return access(`/proc/${pid}`).then(
    () => false,
    () => true,
  );
}
