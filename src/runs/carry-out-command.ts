import type { Log } from '../log.ts';
import { type Command, decideCommand } from './command.ts';
import type { RunStore } from './run-store.ts';

/** Carries one command out. A control that dies in the midst of it leaves the command to the next, as it was. */
export async function carryOutCommand(
  command: Command,
  ports: { store: Pick<RunStore, 'carryOut'>; now: () => number; log: Log },
): Promise<void> {
  const outcome = await ports.store.carryOut(command, (run) => decideCommand(run, command, ports.now()));
  const { runId, action, by } = command;
  ports.log.info({ runId, command: action.type, by, ...outcome }, `command ${action.type}`);
}
