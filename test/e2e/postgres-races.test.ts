import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Outbox, OutboxEntry } from '../../src/runs/outbox.ts';
import type { Run } from '../../src/runs/run.ts';
import { transition } from '../../src/runs/transition.ts';
import { addRuns, type Stores } from '../contracts/stores.ts';
import { buildPlan, jobId, newRun, sampleDelivery, sampleLease } from '../src/runs/sample-run.ts';
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts';
import { openPostgresStores } from '../support/postgres-stores.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.close());

/** Three processes over one database. */
async function openProcesses(): Promise<{ processes: [Stores, Stores, Stores]; url: string }> {
  const url = await server.newDatabase();
  const first = await openPostgresStores(url);
  onTestFinished(() => first.close());
  return { url, processes: [first, await first.reopen(), await first.reopen()] };
}

const settled = { outcome: 'runs', settledAtMs: 1_500 } as const;
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const id = (index: number) => String(index).padStart(4, '0');
const pause = () => sleep(Math.random() * 4);

function runOfDelivery(deliveryId: string, repository: string) {
  return newRun([buildPlan('a')], { id: `run-${deliveryId}`, deliveryId, change: { repository } });
}

/** Notes what is out, and throws in the moment in which two of one group are. */
function createWatch() {
  const out = new Map<string, string>();
  return {
    taken(group: string, item: string) {
      const other = out.get(group);
      if (other !== undefined) throw new Error(`${item} and ${other} of ${group} are out at the same time`);
      out.set(group, item);
    },
    given: (group: string) => out.delete(group),
  };
}

describe('several processes over one PostgreSQL', () => {
  /** Plans what is there, six at a time, until there were `count`. Answers with the ids in the order of their ends. */
  async function planAll(processes: readonly Stores[], count: number, repositoryOf: (id: string) => string) {
    const watch = createWatch();
    const planned: Run[] = [];
    const planner = async (stores: Stores) => {
      while (planned.length < count) {
        const taken = await stores.inbox.take({ nowMs: 10, holdMs: 300_000, limit: 3 });
        for (const { id: item } of taken) watch.taken(repositoryOf(item), item);
        for (const { id: item } of taken) {
          await pause();
          const repository = repositoryOf(item);
          watch.given(repository);
          planned.push(
            ...(await stores.store.settleDelivery(item, settled, [runOfDelivery(item, repository)])),
          );
        }
      }
    };
    await Promise.all([...processes, ...processes].map(planner));
    return planned;
  }

  it('plan the deliveries of a repository one at a time and in order, while more come in', async () => {
    const { processes } = await openProcesses();
    const repositories = numbers(7).map((index) => `octo/app${index}`);
    const repositoryOf = (item: string) => repositories[Number(item) % 7] ?? '';
    const count = 280;
    // Each repository's pushes come one after the other, now to this process and now to that one.
    const pushes = repositories.map(async (repository, first) => {
      for (let index = first; index < count; index += 7) {
        const process = processes[index % 3] ?? processes[0];
        await process.inbox.record(sampleDelivery(id(index), { repository }));
      }
    });
    const planned = await planAll(processes, count, repositoryOf);
    await Promise.all(pushes);
    const byId = planned.toSorted((one, other) => one.id.localeCompare(other.id));
    for (const repository of repositories) {
      const own = byId.filter((run) => run.repository === repository);
      expect(own.map(({ number }) => number)).toEqual(numbers(count / 7).map((index) => index + 1));
    }
  });

  it('never have two deliveries of a repository out, though older ones are committed after newer ones', async () => {
    const { processes } = await openProcesses();
    const count = 150;
    const repositoryOf = (item: string) => `octo/app${Number(item) % 3}`;
    const shuffled = numbers(count).sort(() => Math.random() - 0.5);
    const pushes = shuffled.map(async (index, turn) => {
      await sleep(turn * 3);
      const process = processes[turn % 3] ?? processes[0];
      await process.inbox.record(sampleDelivery(id(index), { repository: repositoryOf(id(index)) }));
    });
    const planned = await planAll(processes, count, repositoryOf);
    await Promise.all(pushes);
    expect(new Set(planned.map((run) => run.id)).size).toBe(count);
  });

  it('record each of many deliveries once, though every one of them is sent to all at once', async () => {
    const { processes } = await openProcesses();
    const all = numbers(120);
    const outcomes = await Promise.all(
      processes.flatMap(({ inbox }, process) =>
        // In another order by each, so that their transactions wait for one another crosswise.
        (process === 1 ? all.toReversed() : all).map((index) =>
          inbox.record({ ...sampleDelivery(id(index)), id: `${process}-${id(index)}` }),
        ),
      ),
    );
    expect(outcomes.filter(({ outcome }) => outcome === 'recorded')).toHaveLength(all.length);
    expect(new Set(outcomes.map((recorded) => recorded.id)).size).toBe(all.length);
  });

  it('number the runs of a repository without gaps, and settle no delivery twice', async () => {
    const { processes } = await openProcesses();
    const [first] = processes;
    const ids = numbers(40).map(id);
    await Promise.all(ids.map((item) => first.inbox.record(sampleDelivery(item))));
    const made = await Promise.all(
      ids.flatMap((item) =>
        processes.map(({ store }, process) => {
          const run = { ...runOfDelivery(item, 'octo/app'), id: `run-${process}-${item}` };
          return store.settleDelivery(item, settled, [run]);
        }),
      ),
    );
    const numbered = new Map(made.flat().map((run) => [run.id, run.number]));
    expect([...numbered.values()].sort((one, other) => one - other)).toEqual(
      numbers(40).map((index) => index + 1),
    );
  });

  it('lose no change of a run', async () => {
    const { processes } = await openProcesses();
    await addRuns(processes[0], ['run']);
    const count = (run: Run) => ({
      run: { ...run, reason: { code: 'count', message: String(Number(run.reason?.message ?? 0) + 1) } },
      effects: [],
      facts: [],
      replaced: [],
    });
    await Promise.all(numbers(90).map((index) => processes[index % 3]?.store.change('run', count)));
    expect((await processes[1].store.get('run'))?.reason?.message).toBe('90');
  });

  it('agree on every lease: renewed in time, or taken away', async () => {
    const { processes } = await openProcesses();
    const [one, other] = processes;
    const runs = numbers(30).map((index) => `r${id(index)}`);
    await addRuns(one, runs, (run) => run.padEnd(40, '0'));
    for (const run of runs) {
      await one.store.change(run, (current) =>
        transition(
          current,
          { type: 'claimed', jobId: jobId(run, 'a'), attempt: 1, lease: sampleLease(run) },
          2_000,
        ),
      );
    }
    const seen = await other.leases.standing();
    const renewals = runs.map(async (run) => {
      await pause();
      return one.leases.renew(run, 1, 40_000);
    });
    const lost = await other.leases.takeAway(seen);
    const verdicts = await Promise.all(renewals);
    const lostIds = new Set(lost.map(({ leaseId }) => leaseId));
    expect(verdicts.map((verdict) => verdict === 'fenced')).toEqual(runs.map((run) => lostIds.has(run)));
  });
});

describe('an outbox that several processes empty', () => {
  /** Writes an entry as a transaction does that commits a while later. */
  async function write(client: pg.Client, key: string, type: OutboxEntry['effect']['type']): Promise<void> {
    await client.query('begin');
    await client.query(
      `insert into outbox (key, type, run_id, correlation_id, effect, state, created_at)
       values ($1, $2, 'run', 'c', $3, 'pending', 1)`,
      [key, type, JSON.stringify({ type })],
    );
    await pause();
    await client.query('commit');
  }

  async function connect(url: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    onTestFinished(() => client.end());
    return client;
  }

  /** Six takers, until the writers are done and nothing is left. Answers with what was handed out, in order. */
  async function empty(
    outboxes: readonly Outbox[],
    type: OutboxEntry['effect']['type'],
    writers: Promise<unknown>,
  ): Promise<OutboxEntry[]> {
    const watch = createWatch();
    const handedOut: OutboxEntry[] = [];
    let written = false;
    const taker = async (outbox: Outbox) => {
      for (;;) {
        const isLast = written;
        const entries = await outbox.take({ type, nowMs: 10, holdMs: 300_000, limit: 5 });
        if (entries.length === 0 && isLast) return;
        for (const entry of entries) watch.taken(entry.key, String(entry.id));
        handedOut.push(...entries);
        for (const entry of entries) {
          await pause();
          watch.given(entry.key);
          await outbox.done(entry.id, 11);
        }
      }
    };
    await Promise.all([
      writers.finally(() => {
        written = true;
      }),
      ...[...outboxes, ...outboxes].map(taker),
    ]);
    // The last ones may have been freed by the last to end.
    await taker(outboxes[0] ?? expect.unreachable());
    return handedOut;
  }

  it('has one entry of a key out at a time and each of them once, in whichever order they are committed', async () => {
    const { url, processes } = await openProcesses();
    const clients = await Promise.all(numbers(6).map(() => connect(url)));
    const writers = Promise.all(
      clients.map(async (client, writer) => {
        for (const index of numbers(40)) await write(client, `key ${(writer + index) % 4}`, 'ticket');
      }),
    );
    const outboxes = processes.map(({ outbox }) => outbox);
    const handedOut = await empty(outboxes, 'ticket', writers);
    expect(new Set(handedOut.map((entry) => entry.id)).size).toBe(240);
    expect(handedOut).toHaveLength(240);
  });

  it('hands out the states of a key in order, leaves some out, and never the newest', async () => {
    const { url, processes } = await openProcesses();
    const keys = ['one', 'two', 'three', 'four'];
    const clients = await Promise.all(keys.map(() => connect(url)));
    const writers = Promise.all(
      clients.map(async (client, index) => {
        for (const _ of numbers(60)) await write(client, keys[index] ?? '', 'commit-status');
      }),
    );
    const outboxes = processes.map(({ outbox }) => outbox);
    const handedOut = await empty(outboxes, 'commit-status', writers);
    const { rows } = await (await connect(url)).query(
      'select key, max(id)::int as newest from outbox group by key',
    );
    for (const { key, newest } of rows) {
      const ids = handedOut.filter((entry) => entry.key === key).map((entry) => entry.id);
      expect(ids).toEqual(ids.toSorted((one, other) => one - other));
      expect(ids.at(-1)).toBe(newest);
    }
    expect(handedOut.length).toBeLessThan(240);
  });
});
