import { readdir, readFile } from 'node:fs/promises';

export type ProcessMemory = { readonly pid: number; readonly role: string; readonly bytes: number };

/**
 * The memory of a process and all its descendants: PSS, the part of it that is theirs, with what several share
 * divided among them (Linux, Documentation/filesystems/proc.rst on `smaps_rollup`).
 */
export async function measureMemory(rootPid: number): Promise<ProcessMemory[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
    // The name of the program, in parentheses, may hold anything; the parent is the second field behind it.
    const parent = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
    if (parent !== undefined) parents.set(pid, Number(parent));
  }
  const isOurs = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === rootPid || isOurs(parents.get(pid)));
  const found: ProcessMemory[] = [];
  for (const pid of [...parents.keys()].filter(isOurs)) {
    const smaps = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const kibibytes = Number(/^Pss:\s+(\d+) kB$/m.exec(smaps)?.[1] ?? 0);
    found.push({ pid, role: roleOf(command.split('\0')), bytes: kibibytes * 1024 });
  }
  return found;
}

function roleOf(command: readonly string[]): string {
  if (/(redis|valkey)-server/.test(command[0] ?? '')) return 'redis';
  if (command.includes('start')) return 'web';
  return command.includes('runner') ? 'runner' : 'helpers';
}
