import type { Transaction } from 'kysely';
import type { CommandAction } from '../runs/command.ts';
import type { Tables } from './tables.ts';

/** What a group has to say to a run is a command, so that no transaction changes two runs. */
export async function writeGroupCommand(
  trx: Transaction<Tables>,
  given: { id: string; runId: string; group: string; action: CommandAction; nowMs: number },
): Promise<void> {
  const { id, runId, group, action, nowMs } = given;
  await trx
    .insertInto('commands')
    .values({
      id,
      run_id: runId,
      action: JSON.stringify(action),
      by: `group ${group}`,
      created_at: nowMs,
      state: 'pending',
      held_until: 0,
    })
    .execute();
}
