import { setTimeout as delay } from 'node:timers/promises';
import { EngineRefusal } from '../engine.ts';
import { type MarkedProcess, markedProcesses, visitProcesses } from './marked-processes.ts';

const limitMs = 10_000;
const pauseMs = 1;
/** As many as a shell that goes on from child to child is not seen to slip through; a look costs a fraction of a millisecond. */
const neededLooks = 20;
/** Names in a message. */
const mostShown = 5;

/**
 * Kills the processes with these marks until many looks in a row find none. One that forks while it is being looked for is
 * found by the next look, which is quick: only what is new is looked at. Rejects with who is still there: somebody else's
 * (`container-refused`), or one that the kernel holds in a call and ends when that returns (`engine-failed`).
 */
export async function endMarked(isMeant: (mark: string) => boolean): Promise<void> {
  const untilMs = performance.now() + limitMs;
  const unmarked = new Set<number>();
  for (let quietLooks = 0; quietLooks < neededLooks; ) {
    const left: MarkedProcess[] = [];
    const foreign: MarkedProcess[] = [];
    visitProcesses((each) => {
      if (!isMeant(each.mark)) return;
      left.push(each);
      if (signalOne(each.pid, 'SIGKILL') === 'foreign') foreign.push(each);
    }, unmarked);
    quietLooks = left.length === 0 ? quietLooks + 1 : 0;
    if (performance.now() > untilMs) throw stillThere(left, foreign);
    if (left.length > 0) await delay(pauseMs);
  }
}

/** Sends to those alone that are not in the group, which got it as a group. */
export function signalMarked(mark: string, signal: NodeJS.Signals, group: number): void {
  for (const each of markedProcesses()) {
    if (each.mark === mark && each.group !== group) signalOne(each.pid, signal);
  }
}

export function signalGroup(group: number, signal: NodeJS.Signals): void {
  signalOne(-group, signal);
}

function signalOne(pid: number, signal: NodeJS.Signals): 'sent' | 'gone' | 'foreign' {
  try {
    process.kill(pid, signal);
    return 'sent';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? 'foreign' : 'gone';
  }
}

function stillThere(left: MarkedProcess[], foreign: MarkedProcess[]): EngineRefusal {
  const names = (processes: MarkedProcess[]) =>
    processes
      .slice(0, mostShown)
      .map(({ pid, name }) => `${pid} (${name})`)
      .join(', ');
  if (foreign.length > 0) {
    const remedy = 'a job that starts something with sudo has to end it with sudo';
    return new EngineRefusal(
      'container-refused',
      `the job left processes of another user, which this runner may not end: ${names(foreign)}; ${remedy}`,
    );
  }
  return new EngineRefusal(
    'engine-failed',
    `processes of the job are still there ${limitMs / 1000} s after SIGKILL: ${names(left)}`,
  );
}
