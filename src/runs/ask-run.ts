import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandAction, CommandLog, CommandOutcome } from './command.ts';

export type AskRun = (
  runId: string,
  action: CommandAction,
  by: string,
) => Promise<CommandOutcome | { outcome: 'pending' }>;

const waitMs = 3_000;
const pollMs = 15;

/**
 * Writes a command down and waits a moment for control, which may be another process, to carry it out. One that is
 * still pending after that is not lost: whoever asked may look at the run later.
 */
export function createAskRun(ports: {
  commands: Pick<CommandLog, 'append' | 'outcomeOf'>;
  now: () => number;
  /** Of a `Clock`. */
  elapsed: () => number;
  newId: () => string;
}): AskRun {
  return async (runId, action, by) => {
    const id = ports.newId();
    await ports.commands.append({ id, runId, action, by, createdAtMs: ports.now() });
    const askedAtMs = ports.elapsed();
    while (ports.elapsed() - askedAtMs < waitMs) {
      await sleep(pollMs);
      const outcome = await ports.commands.outcomeOf(id);
      if (outcome) return outcome;
    }
    return { outcome: 'pending' };
  };
}
