import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second for every program (`getconf CLK_TCK`). */
const ticksPerSecond = 100;

export function residentBytes(pid: number): number {
  return kibibytes(readProc(pid, 'status'), 'VmRSS');
}

/**
 * What a process keeps for itself, without the pages of the files that it maps: those it shares with whoever runs the same
 * program, so that their share grows when another one ends.
 */
export function ownBytes(pid: number): number {
  return kibibytes(readProc(pid, 'smaps_rollup'), 'Anonymous');
}

/**
 * Memory of a process and all its descendants: PSS, the part that is theirs, with what several share divided among
 * them (Linux, Documentation/filesystems/proc.rst on `smaps_rollup`), and the processor time they have used.
 */
export function measureTree(rootPid: number): { pssBytes: number; cpuSeconds: number; processes: number } {
  const parents = new Map<number, { parent: number; ticks: number }>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    // The name of the program, in parentheses, may hold anything; fields are counted from behind it.
    const fields = Number.isInteger(pid) ? readProc(pid, 'stat').split(') ').at(-1)?.split(' ') : undefined;
    if (fields)
      parents.set(pid, { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) });
  }
  const isOurs = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === rootPid || isOurs(parents.get(pid)?.parent));
  const ours = [...parents].filter(([pid]) => isOurs(pid));
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  return {
    pssBytes: sum(ours.map(([pid]) => kibibytes(readProc(pid, 'smaps_rollup'), 'Pss'))),
    cpuSeconds: sum(ours.map(([, { ticks }]) => ticks)) / ticksPerSecond,
    processes: ours.length,
  };
}

function kibibytes(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) * 1024;
}

/** Empty for a process that has ended meanwhile. */
function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
