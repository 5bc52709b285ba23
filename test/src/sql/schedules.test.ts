import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import { newId } from '../../../src/ids.ts';
import { silentLog } from '../../../src/log.ts';
import { openSqlite } from '../../../src/sql/open-sqlite.ts';
import { createSqlHistory } from '../../../src/sql/sql-history.ts';
import { createSqlInbox } from '../../../src/sql/sql-inbox.ts';
import { createSqlSchedules } from '../../../src/sql/sql-schedules.ts';
import { describeSchedules, type ScheduleStores } from '../../contracts/schedules-contract.ts';

async function open(directory: string): Promise<ScheduleStores> {
  const db = await openSqlite(join(directory, 'hookline.db'));
  return {
    schedules: createSqlSchedules(db),
    history: createSqlHistory(db),
    queue: createSqlInbox(db, silentLog),
    // Two handles of one thread would wait for each other: see below for others.
    beside: [],
    close: () => db.destroy(),
  };
}

describeSchedules('SQLite', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hookline-schedules-'));
  const stores = await open(directory);
  return {
    ...stores,
    async close() {
      await stores.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
});

it('threads that look at one SQLite file at the same time make one delivery of each time', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hookline-schedules-'));
  const stores = await open(directory);
  onTestFinished(async () => {
    await stores.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const branch = { provider: 'github', repository: 'octo/app', name: 'main' } as const;
  const startMs = Date.parse('2026-05-04T00:00:00Z');
  const entry = { branch, timezone: 'UTC', missed: 'skip', digest: 'd', dueAtMs: startMs } as const;
  const crons = ['*/10 * * * *', '1-59/10 * * * *'];
  await stores.schedules.keep(
    branch,
    crons.map((cron) => ({ ...entry, id: newId(), cron })),
  );
  const hour = 60 * 60_000;
  const workerData = { file: join(directory, 'hookline.db'), startMs, endMs: startMs + hour, stepMs: 60_000 };
  const script = new URL('./look-for-schedules.ts', import.meta.url);
  const workers = [1, 2, 3].map(() => new Worker(script, { workerData }));
  for (const [code] of await Promise.all(workers.map((worker) => once(worker, 'exit')))) expect(code).toBe(0);
  const { items } = await stores.history.listDeliveries({}, { limit: 100 });
  // Of the first 00:00 to 01:00 by tens, of the second 00:01 to 00:51.
  expect(new Set(items.map(({ deliveryId }) => deliveryId)).size).toBe(items.length);
  expect(items).toHaveLength(7 + 6);
}, 60_000);
