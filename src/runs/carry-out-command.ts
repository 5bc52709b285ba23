import type { Log } from '../log.ts';
import { type Command, type CommandLog, type CommandOutcome, decideCommand } from './command.ts';
import type { RunStore } from './run-store.ts';

/**
 * Carries one command out and notes what became of it. A control that dies in between leaves the command to the next,
 * where the state that it made itself refuses it: nothing is done twice.
 */
export async function carryOutCommand(
  command: Command,
  ports: {
    store: Pick<RunStore, 'change'>;
    commands: Pick<CommandLog, 'settle'>;
    now: () => number;
    log: Log;
  },
): Promise<void> {
  let outcome: CommandOutcome = { outcome: 'done' };
  await ports.store.change(command.runId, (run) => {
    const decided = decideCommand(run, command, ports.now());
    if (!('refused' in decided)) {
      outcome = { outcome: 'done' };
      return decided;
    }
    outcome = { outcome: 'refused', message: decided.refused };
    return { run, effects: [], facts: [], replaced: [] };
  });
  await ports.commands.settle(command.id, outcome, ports.now());
  const { runId, action, by } = command;
  ports.log.info({ runId, command: action.type, by, ...outcome }, `command ${action.type}`);
}
