import { expect, it, onTestFinished } from 'vitest';
import { newId } from '../../../src/ids.ts';
import { silentLog } from '../../../src/log.ts';
import { startHeads } from '../../../src/runs/start-heads.ts';
import { openSqlite } from '../../../src/sql/open-sqlite.ts';
import { createSqlHeads } from '../../../src/sql/sql-heads.ts';
import { createSqlHistory } from '../../../src/sql/sql-history.ts';
import { waitUntil } from '../../support/wait-until.ts';

it('a head that nobody knows of is looked at again soon, and others only when their time has come', async () => {
  const db = await openSqlite(':memory:');
  const heads = createSqlHeads(db);
  const place = { provider: 'github', repository: 'octo/app' } as const;
  await heads.note({ ...place, ref: 'refs/heads/main', sha: 'a' }, { atMs: 1, isLate: false });
  let nowMs = 1_000_000;
  let asked = 0;
  let sha = 'b';
  const loop = startHeads(
    {
      heads,
      forges: {
        github: {
          interpret: () => ({ ignored: '' }),
          sourceOf: (change) => ({ ...change, cloneUrl: 'https://git.example.org/' }),
          cloneCredential: async () => undefined,
        },
      },
      refs: {
        async list() {
          asked += 1;
          return new Map([['refs/heads/main', sha]]);
        },
        defaultBranch: async () => 'main',
      },
      now: () => nowMs,
      newId,
      random: () => 0.5,
      log: silentLog,
    },
    { everyMs: 300_000 },
  );
  onTestFinished(async () => {
    await loop.close();
    await db.destroy();
  });

  /** A turn of the loop at that time, and how often the server was asked by then. */
  let turns = 0;
  const { repositories } = heads;
  heads.repositories = async (sinceMs) => {
    turns += 1;
    return repositories(sinceMs);
  };
  async function askedAfter(ms: number): Promise<number> {
    nowMs += ms;
    const until = turns + 2;
    await waitUntil(
      async () => {
        loop.wake();
        return turns >= until;
      },
      { what: 'turns of the loop', timeoutMs: 30_000 },
    );
    return asked;
  }

  expect(await askedAfter(1)).toBe(1);
  // Turns at which it is nobody's time change nothing.
  expect(await askedAfter(10_000)).toBe(1);
  expect(await askedAfter(10_000)).toBe(1);
  expect(await askedAfter(10_001)).toBe(2);
  const { items } = await createSqlHistory(db).listDeliveries({}, { limit: 9 });
  expect(items).toMatchObject([{ event: 'head', recovered: true }]);
  await db.updateTable('deliveries').set({ outcome: 'ignored' }).execute();
  expect(await askedAfter(299_000)).toBe(2);
  expect(await askedAfter(2_000)).toBe(3);
  sha = 'c';
  expect(await askedAfter(299_000)).toBe(3);
});
