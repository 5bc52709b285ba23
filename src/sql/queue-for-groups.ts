import type { Transaction } from 'kysely';
import type { CommandAction } from '../runs/command.ts';
import { waitsForGroup } from '../runs/group.ts';
import { isFinal, type Run } from '../runs/run.ts';
import { noteNewest, sendAway } from './newest-of-group.ts';
import type { Tables } from './tables.ts';
import { writeGroupCommand } from './write-group-command.ts';

type Writer = Transaction<Tables>;

/**
 * Queues the jobs that began to wait for their group, takes those that ended out of it, and gives each group that has
 * no holder to the one that waits longest: by a command, so that no transaction changes two runs. All of it in the
 * transaction that stores the run, so that no group stays with a job that is over and nobody who waits is forgotten.
 * Answers whether it wrote a command.
 */
export async function queueForGroups(
  trx: Writer,
  before: Run | undefined,
  run: Run,
  nowMs: number,
  newId: () => string,
): Promise<boolean> {
  let isGiven = false;
  const moved = run.jobs.flatMap((job, position) => {
    const earlier = before?.jobs[position];
    const group = job.plan.group;
    if (group === undefined || job === earlier) return [];
    if (waitsForGroup(job) && !(earlier && waitsForGroup(earlier))) return [{ job, group, joins: true }];
    const hasEnded = isFinal(job.status) && !(earlier && isFinal(earlier.status));
    return hasEnded ? [{ job, group, joins: false }] : [];
  });
  // In one order for everybody, so that two transactions never wait for each other's groups.
  const groups = [...new Set(moved.map(({ group }) => group))].toSorted();
  for (const group of groups) {
    const newest = await lockGroup(trx, run.repository, group);
    for (const { job, joins } of moved.filter((one) => one.group === group)) {
      // A job that is tried again takes its place anew, at the end.
      await trx.deleteFrom('group_places').where('job_id', '=', job.id).execute();
      if (!joins) continue;
      const place = { repository: run.repository, name: group, job_id: job.id, run_id: run.id };
      await trx
        .insertInto('group_places')
        .values({ ...place, turn: job.turn ?? 0, held: 0 })
        .execute();
      await noteNewest(trx, run, group);
      if (job.plan.newestWins && (await sendAway(trx, run, job, newest, nowMs, newId))) isGiven = true;
    }
    if (await giveToFirst(trx, run.repository, group, nowMs, newId)) isGiven = true;
  }
  return isGiven;
}

/**
 * Whoever comes to this group at the same moment waits here, and then sees what was done to it. Returns the number of the
 * newest run that came to it before.
 */
async function lockGroup(trx: Writer, repository: string, name: string): Promise<number> {
  const { newest } = await trx
    .insertInto('groups')
    .values({ repository, name, changes: 1, newest: 0 })
    .onConflict((conflict) =>
      conflict
        .columns(['repository', 'name'])
        .doUpdateSet((eb) => ({ changes: eb('groups.changes', '+', 1) })),
    )
    .returning('newest')
    .executeTakeFirstOrThrow();
  return newest;
}

async function giveToFirst(
  trx: Writer,
  repository: string,
  name: string,
  nowMs: number,
  newId: () => string,
): Promise<boolean> {
  const first = await trx
    .selectFrom('group_places')
    .selectAll()
    .where('repository', '=', repository)
    .where('name', '=', name)
    .orderBy('held', 'desc')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  if (!first || first.held === 1) return false;
  await trx.updateTable('group_places').set({ held: 1 }).where('id', '=', first.id).execute();
  const action: CommandAction = { type: 'grant-group', jobId: first.job_id, turn: first.turn };
  await writeGroupCommand(trx, { runId: first.run_id, group: name, action, nowMs, id: newId() });
  return true;
}
