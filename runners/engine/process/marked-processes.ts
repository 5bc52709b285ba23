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

/** Every process of this machine that bears a mark, but those that are dead and only wait for their parent to look. */
export function markedProcesses(): MarkedProcess[] {
  const found: MarkedProcess[] = [];
  visitProcesses((each) => found.push(each), new Set());
  return found;
}

/**
 * Shows the marked processes to `visit`, each as soon as it is read and the newest first: one that goes on from child to
 * child is the newest, and has least time to do so. A process in a job of a runner that is in a job itself may bear two.
 * Those in `unmarked` are passed over, and what is found to bear no mark is added to them. All without letting go of this
 * process.
 */
export function visitProcesses(visit: (found: MarkedProcess) => void, unmarked: Set<number>): void {
  const pids = readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && !unmarked.has(pid))
    .sort((one, other) => other - one);
  for (const pid of pids) {
    const limits = read(`/proc/${pid}/limits`);
    // Gone already.
    if (limits === '') continue;
    const environment = read(`/proc/${pid}/environ`, 'latin1');
    const marks = new Set([markInLimits(limits) ?? [], markInEnvironment(environment) ?? []].flat());
    if (marks.size === 0) unmarked.add(pid);
    for (const mark of marks) {
      const found = alive(pid, mark);
      if (found) visit(found);
    }
  }
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
