import type { DeploymentEvent, StepOutcome } from '../deployment-target.ts';
import { diagnosisOf, hasEnded, type Machine, type MachineEvent } from './fleet.ts';

/** How far the lifecycle events were told as steps. Plain data: each look makes a new one. */
export type StepsTold = {
  /** In the order in which they are told. */
  readonly names: readonly string[];
  readonly done: ReadonlySet<string>;
  readonly open?: string;
  /** Machine and event, of which the end was said. */
  readonly said: ReadonlySet<string>;
};

export const noSteps: StepsTold = { names: [], done: new Set(), said: new Set() };

type Cell = { readonly machine: Machine; readonly event: MachineEvent; readonly settled: boolean };

/**
 * The steps that a look at the machines adds. One step is one lifecycle event on all machines: it begins with
 * the first and ends with the last, so steps keep their order while a rolling deployment is at work, and its
 * progress is said in their output. `ended`: the deployment is over, and what did not happen was skipped.
 */
export function tellSteps(
  told: StepsTold,
  machines: readonly Machine[],
  ended: boolean,
): { told: StepsTold; events: DeploymentEvent[] } {
  const names = inOrder(told.names, machines);
  const done = new Set(told.done);
  const said = new Set(told.said);
  const events: DeploymentEvent[] = [];
  let { open } = told;

  const cellsOf = (name: string): Cell[] =>
    machines.flatMap((machine) =>
      machine.events
        .filter((event) => event.name === name)
        .map((event) => ({ machine, event, settled: ended || hasEnded(machine) || isSettled(event) })),
    );
  const sayEnds = (cells: readonly Cell[]) => {
    for (const { machine, event } of cells) {
      const key = `${machine.id} ${event.name}`;
      if (!isSettled(event) || said.has(key)) continue;
      said.add(key);
      const text = wordsOf(machine, event, machines.length);
      if (text) events.push({ type: 'output', text });
    }
  };

  for (const name of names) {
    const cells = cellsOf(name);
    if (done.has(name)) {
      // An instance that joined later: its failures are told wherever there is room.
      if (open !== undefined) sayEnds(cells.filter(({ event }) => event.status === 'Failed'));
      continue;
    }
    if (open === undefined) {
      if (!ended && cells.every(({ event, settled }) => event.status === 'Pending' && !settled)) break;
      events.push({ type: 'step-started', name });
      open = name;
    }
    sayEnds(cells);
    if (!cells.every(({ settled }) => settled)) break;
    events.push({ type: 'step-finished', name, ...endOf(cells) });
    done.add(name);
    open = undefined;
  }
  return { told: { names, done, said, ...(open !== undefined && { open }) }, events };
}

/** Replacement instances are deployed to before the originals are taken out of traffic. */
function inOrder(known: readonly string[], machines: readonly Machine[]): string[] {
  const last = (machine: Machine) => (machine.label === 'Blue' ? 1 : 0);
  const found = machines.toSorted((a, b) => last(a) - last(b)).flatMap(({ events }) => events);
  return [...new Set([...known, ...found.map(({ name }) => name)])];
}

function isSettled({ status }: MachineEvent): boolean {
  return status === 'Succeeded' || status === 'Failed' || status === 'Skipped';
}

function endOf(cells: readonly Cell[]): { outcome: StepOutcome; exitCode?: number; message?: string } {
  const failed = cells.find(({ event }) => event.status === 'Failed');
  if (failed) {
    const exitCode = /exit code (\d+)/.exec(failed.event.diagnostics?.message ?? '')?.[1];
    const diagnosis = diagnosisOf(failed.event)?.trimEnd();
    return {
      outcome: 'failure',
      ...(exitCode !== undefined && { exitCode: Number(exitCode) }),
      ...(diagnosis && { message: `${failed.machine.id}: ${diagnosis}` }),
    };
  }
  const some = (status: MachineEvent['status']) => cells.some(({ event }) => event.status === status);
  if (some('InProgress')) return { outcome: 'cancelled' };
  if (some('Unknown')) return { outcome: 'error' };
  return { outcome: some('Succeeded') ? 'success' : 'skipped' };
}

/** A lone instance needs no word of what went well: the step itself says that. */
function wordsOf(machine: Machine, event: MachineEvent, machineCount: number): string | undefined {
  const diagnosis = diagnosisOf(event);
  if (diagnosis) return `${machine.id}: ${event.name} failed: ${diagnosis.trimEnd()}\n`;
  if (machineCount === 1 || event.status === 'Skipped') return undefined;
  return `${machine.id}: ${event.name} ${event.status === 'Failed' ? 'failed' : 'succeeded'}\n`;
}
