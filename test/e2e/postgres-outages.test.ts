import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Stores } from '../contracts/stores.ts';
import { buildPlan, newRun, sampleDelivery } from '../src/runs/sample-run.ts';
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts';
import { openPostgresStores } from '../support/postgres-stores.ts';
import { waitUntil } from '../support/wait-until.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.close());

/** Two processes over one database. */
async function openProcesses(): Promise<[Stores, Stores]> {
  const first = await openPostgresStores(await server.newDatabase());
  onTestFinished(() => first.close());
  return [first, await first.reopen()];
}

const settled = { outcome: 'runs', settledAtMs: 1_500 } as const;

describe('a PostgreSQL that goes away', () => {
  it('by a crash: nothing answered is lost, and all goes on when it is back', async () => {
    const processes = await openProcesses();
    const answered = new Set<string>();
    const refused: unknown[] = [];
    const numbered = new Map<string, number>();
    let isEnough = false;
    let isSent = false;
    const senders = processes.map(async ({ inbox }, process) => {
      for (let turn = 0; !isEnough; turn += 1) {
        const item = `${process}-${turn}`;
        await inbox.record(sampleDelivery(item)).then(
          () => answered.add(item),
          (error: unknown) => refused.push(error),
        );
        await sleep(20);
      }
    });
    const planners = processes.map(async ({ inbox, store }) => {
      // What was handed out at the very moment of the crash reached nobody; it comes again when its hold is over.
      while (!isSent || [...answered].some((item) => !numbered.has(item))) {
        const taken = await inbox.take({ nowMs: Date.now(), holdMs: 2_000, limit: 2 }).catch(() => []);
        for (const { id: item } of taken) {
          const runs = await store.settleDelivery(item, settled, [
            newRun([buildPlan('a')], { id: `run-${item}`, deliveryId: item }),
          ]);
          for (const run of runs) numbered.set(run.deliveryId, run.number);
        }
        await sleep(1);
      }
    });
    const until = (what: string, isTrue: () => boolean) =>
      waitUntil(async () => isTrue(), { what, timeoutMs: 20_000 });
    await until('runs before the crash', () => numbered.size > 20);
    await server.crash();
    await until('deliveries to be refused', () => refused.length > 3);
    await server.start();
    const before = numbered.size;
    await until('runs after the crash', () => numbered.size > before + 20);
    isEnough = true;
    await Promise.all(senders);
    isSent = true;
    await Promise.all(planners);
    for (const item of answered) expect(numbered.has(item)).toBe(true);
    expect([...numbered.values()].sort((one, other) => one - other)).toEqual(
      Array.from({ length: numbered.size }, (_, index) => index + 1),
    );
  });

  it('by silence: a delivery is refused while the sender still waits, and taken later', async () => {
    const [{ inbox }] = await openProcesses();
    await inbox.record(sampleDelivery('before'));
    await server.signal('SIGSTOP');
    const startedAtMs = performance.now();
    try {
      await expect(inbox.record(sampleDelivery('during'))).rejects.toThrow();
    } finally {
      await server.signal('SIGCONT');
    }
    expect(performance.now() - startedAtMs).toBeLessThan(9_000);
    await waitUntil(
      () =>
        inbox.record(sampleDelivery('during')).then(
          () => true,
          () => false,
        ),
      { what: 'the delivery to be taken', timeoutMs: 20_000 },
    );
  });
});
