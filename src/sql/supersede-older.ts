import type { Transaction } from 'kysely';
import type { Run } from '../runs/run.ts';
import { successorOf } from '../runs/supersede.ts';
import { transition } from '../runs/transition.ts';
import { loadRun } from './load-run.ts';
import { saveTransition } from './save-run.ts';
import type { Tables } from './tables.ts';

/**
 * Tells the runs that a new one takes the place of: those of its repository, event, reference (which names a pull
 * request as well) and pipeline that have not ended. To be called once the new run has its number and before it is
 * stored: whoever creates runs of the same repository waits for that number, so that none is missed, and what the
 * older runs still have to say of a commit stands before what the new one says.
 */
export async function supersedeOlder(
  trx: Transaction<Tables>,
  newer: Run,
  nowMs: number,
  newId: () => string,
): Promise<void> {
  const older = await trx
    .selectFrom('runs')
    .select('id')
    .where('repository', '=', newer.repository)
    .where('event', '=', newer.change.event)
    .where('ref', '=', newer.change.ref)
    .where('pipeline_file', '=', newer.pipeline.file)
    .where('number', '<', newer.number)
    .where('finished_at', 'is', null)
    .orderBy('number')
    .execute();
  for (const { id } of older) {
    const run = await loadRun(trx, id, { isLocked: true });
    if (!run) continue;
    const superseded = transition(run, { type: 'superseded', by: successorOf(newer) }, nowMs);
    if (superseded.run !== run) await saveTransition(trx, run, superseded, nowMs, newId);
  }
}
