import type { Kysely, Selectable } from 'kysely';
import type { RunnerOrder, RunnerState } from '../contract/presence.ts';
import type { TicketQueue } from '../contract/ticket.ts';
import {
  everyRunner,
  type GivenOrder,
  type KnownRunner,
  type RunnerJob,
  type RunnerRegistry,
} from '../runs/runner-registry.ts';
import type { RunnerOrderRow, RunnerRow, Tables } from './tables.ts';

/** A process that speaks is not replaced by what an earlier one of the same runner said before, for this long. */
const inForceMs = 60_000;
const forgottenMs = 30 * 24 * 60 * 60_000;

export function createSqlRunners(db: Kysely<Tables>): RunnerRegistry {
  async function orderOf(runnerId: string): Promise<RunnerOrder> {
    const rows = await db
      .selectFrom('runner_orders')
      .selectAll()
      .where('runner_id', 'in', [runnerId, everyRunner])
      .execute();
    const order = rows.find((row) => row.runner_id === runnerId) ?? rows[0];
    return (order?.ordered as RunnerOrder | undefined) ?? 'work';
  }

  return {
    async note(heard) {
      const { id, address, beat, startedAtMs, seenAtMs } = heard;
      const said = {
        kind: heard.kind,
        name: heard.name,
        address,
        version: heard.version,
        labels: JSON.stringify(heard.labels),
        slots: heard.slots,
        busy: heard.busy,
        engine: heard.engine ?? null,
        state: heard.state,
        started_at: startedAtMs,
        beat,
        seen_at: seenAtMs,
      };
      await db
        .insertInto('runners')
        .values({ id, ...said })
        .onConflict((conflict) =>
          conflict
            .column('id')
            .doUpdateSet(said)
            .where((eb) =>
              eb.or([
                eb.and([eb('runners.address', '=', address), eb('runners.beat', '<', beat)]),
                eb.and([eb('runners.address', '<>', address), eb('runners.started_at', '<=', startedAtMs)]),
                // A clock that was set back must not keep a runner out for ever.
                eb('runners.seen_at', '<', seenAtMs - inForceMs),
              ]),
            ),
        )
        .execute();
      return orderOf(id);
    },

    orderOf,

    async give(runnerId, order, by, nowMs) {
      const given = { ordered: order, by, at: nowMs };
      await (order === 'work'
        ? db.deleteFrom('runner_orders').where('runner_id', '=', runnerId).execute()
        : db
            .insertInto('runner_orders')
            .values({ runner_id: runnerId, ...given })
            .onConflict((conflict) => conflict.column('runner_id').doUpdateSet(given))
            .execute());
    },

    async list() {
      const rows = await db.selectFrom('runners').selectAll().orderBy('name').orderBy('id').execute();
      const orders = await db.selectFrom('runner_orders').selectAll().execute();
      const jobs = Map.groupBy(await heldJobs(db), (job) => job.runner_address);
      const orderFor = (id: string) => orders.find((order) => order.runner_id === id);
      const all = orderFor(everyRunner);
      return {
        runners: rows.map((row) =>
          runnerOf(row, orderFor(row.id), (jobs.get(row.address) ?? []).map(runnerJobOf)),
        ),
        ...(all === undefined ? {} : { all: givenOrderOf(all) }),
      };
    },

    async forget(nowMs) {
      await db
        .deleteFrom('runners')
        .where('seen_at', '<', nowMs - forgottenMs)
        .execute();
    },
  };
}

function heldJobs(db: Kysely<Tables>) {
  return db
    .selectFrom('attempts')
    .innerJoin('jobs', 'jobs.id', 'attempts.job_id')
    .innerJoin('runs', 'runs.id', 'attempts.run_id')
    .select([
      'attempts.runner_address',
      'attempts.started_at',
      'jobs.id as job_id',
      'jobs.name as job_name',
      'runs.id as run_id',
      'runs.number as run_number',
      'runs.repository',
    ])
    .where('attempts.status', '=', 'leased')
    .orderBy('attempts.queued_at')
    .execute();
}

function runnerJobOf(row: Awaited<ReturnType<typeof heldJobs>>[number]): RunnerJob {
  return {
    jobId: row.job_id,
    jobName: row.job_name,
    runId: row.run_id,
    runNumber: row.run_number,
    repository: row.repository,
    ...(row.started_at === null ? {} : { startedAtMs: row.started_at }),
  };
}

function runnerOf(
  row: Selectable<RunnerRow>,
  order: RunnerOrderRow | undefined,
  jobs: RunnerJob[],
): KnownRunner {
  return {
    id: row.id,
    kind: row.kind as TicketQueue,
    name: row.name,
    version: row.version,
    labels: JSON.parse(row.labels) as string[],
    slots: row.slots,
    busy: row.busy,
    ...(row.engine === null ? {} : { engine: row.engine }),
    state: row.state as RunnerState,
    seenAtMs: row.seen_at,
    startedAtMs: row.started_at,
    ...(order === undefined ? {} : { order: givenOrderOf(order) }),
    jobs,
  };
}

function givenOrderOf({ ordered, by, at }: RunnerOrderRow): GivenOrder {
  return { order: ordered as GivenOrder['order'], by, atMs: at };
}
