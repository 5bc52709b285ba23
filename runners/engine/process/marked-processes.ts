import { readdirSync, readFileSync } from 'node:fs';
import { markInEnvironment, markInLimits } from './process-mark.ts';

export type MarkedProcess = {
  pid: number;
  mark: string;
  /** Its process group. */
  group: number;
  /** As the system names it. */
  name: string;
};

/**
 * Every process of this machine that bears a mark, but those that are dead and only wait for their parent to look. Read
 * in one go, without letting go of this process: what forks meanwhile has the less time for it. The newest come first, as
 * a process that hops from child to child is the newest.
 */
export function markedProcesses(): MarkedProcess[] {
  const pids = readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0)
    .sort((one, other) => other - one);
  return pids.flatMap((pid) => look(pid) ?? []);
}

function look(pid: number): MarkedProcess | undefined {
  const mark =
    markInLimits(read(`/proc/${pid}/limits`)) ?? markInEnvironment(read(`/proc/${pid}/environ`, 'latin1'));
  return mark === undefined ? undefined : alive(pid, mark);
}

function alive(pid: number, mark: string): MarkedProcess | undefined {
  const stat = read(`/proc/${pid}/stat`);
  const nameEnd = stat.lastIndexOf(')');
  // The name stands in parentheses and may hold anything; after it come state, parent and group (proc(5)).
  const [state, , group] = stat.slice(nameEnd + 2).split(' ');
  if (state === undefined || state === '' || state === 'Z' || state === 'X') return undefined;
  return { pid, mark, group: Number(group), name: stat.slice(stat.indexOf('(') + 1, nameEnd) };
}

/** Empty for what is gone, and for what belongs to somebody else. */
function read(path: string, encoding: 'utf8' | 'latin1' = 'utf8'): string {
  try {
    return readFileSync(path, encoding);
  } catch {
    return '';
  }
}
