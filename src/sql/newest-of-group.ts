import type { Transaction } from 'kysely';
import type { CommandAction } from '../runs/command.ts';
import type { Job, Run } from '../runs/run.ts';
import type { Tables } from './tables.ts';
import { writeGroupCommand } from './write-group-command.ts';

export async function noteNewest(
  trx: Transaction<Tables>,
  { repository, number }: Run,
  name: string,
): Promise<void> {
  await trx
    .updateTable('groups')
    .set({ newest: number })
    .where('repository', '=', repository)
    .where('name', '=', name)
    .where('newest', '<', number)
    .execute();
}

/**
 * The newest wins: jobs of older runs are sent out of the group, and one that comes late, after a newer run, leaves it
 * itself. A job that a person runs again came of its own will and stays.
 * Answers whether it wrote a command.
 */
export async function sendAway(
  trx: Transaction<Tables>,
  run: Run,
  job: Job,
  newest: number,
  nowMs: number,
  newId: () => string,
): Promise<boolean> {
  const { group = '' } = job.plan;
  const turn = job.turn ?? 0;
  if (newest > run.number && turn === 1) {
    const action: CommandAction = { type: 'give-way', jobId: job.id, turn, newer: newest };
    await writeGroupCommand(trx, { runId: run.id, group, action, nowMs, id: newId() });
    return true;
  }
  const older = await trx
    .selectFrom('group_places as place')
    .innerJoin('runs', 'runs.id', 'place.run_id')
    .select(['place.job_id', 'place.run_id', 'place.turn'])
    .where('place.repository', '=', run.repository)
    .where('place.name', '=', group)
    .where('runs.number', '<', run.number)
    .orderBy('place.id')
    .execute();
  for (const place of older) {
    const action: CommandAction = {
      type: 'give-way',
      jobId: place.job_id,
      turn: place.turn,
      newer: run.number,
    };
    await writeGroupCommand(trx, { runId: place.run_id, group, action, nowMs, id: newId() });
  }
  return older.length > 0;
}
