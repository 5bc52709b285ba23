import { describe, expect, it, onTestFinished } from 'vitest';
import { type HeadBook, type HeadChanges, headDeliveryId } from '../../src/runs/head-book.ts';
import type { History } from '../../src/runs/history.ts';
import type { Inbox } from '../../src/webhooks/inbox.ts';
import { sampleDelivery } from '../src/runs/sample-run.ts';

/** Of one process over a database; `beside` are others that work on it at the same time. */
export type HeadStores = {
  heads: HeadBook;
  inbox: Inbox;
  history: History;
  beside: readonly HeadBook[];
  close(): Promise<void>;
};

const repository = 'octo/app';
const main = 'refs/heads/main';
const place = { provider: 'github', repository, defaultBranch: 'main' } as const;
const nothing: HeadChanges = { learned: [], suspected: [], takenIn: [], gone: [] };
const soon = { atMs: 1_000, isLate: false };

/** What every database must do for heads; `open` gives an empty one. */
export function describeHeads(name: string, open: () => Promise<HeadStores>): void {
  async function opened(): Promise<HeadStores> {
    const stores = await open();
    onTestFinished(() => stores.close());
    return stores;
  }

  const takenIn = (id: string, sha: string) => ({
    ref: main,
    sha,
    delivery: {
      id,
      deliveryId: headDeliveryId({ repository, ref: main, sha }),
      event: 'head' as const,
      repository,
      body: { change: { sha } },
      atMs: 2_000,
      recovered: true as const,
    },
  });

  describe(`heads: ${name}`, () => {
    it('are those that deliveries named last; a late one has no word against them', async () => {
      const { heads } = await opened();
      await heads.note({ ...place, ref: main, sha: 'a' }, soon);
      await heads.note({ ...place, ref: main, sha: 'b' }, soon);
      await heads.note({ ...place, ref: main, sha: 'old' }, { atMs: 1_000, isLate: true });
      await heads.note({ ...place, ref: 'refs/heads/x', sha: 'x' }, { atMs: 1_000, isLate: true });
      expect(await heads.known(repository)).toEqual(
        new Map([
          [main, { sha: 'b' }],
          ['refs/heads/x', { sha: 'x' }],
        ]),
      );
      await heads.forget(repository, main);
      expect([...(await heads.known(repository)).keys()]).toEqual(['refs/heads/x']);
    });

    it('are looked for in repositories that something came from lately', async () => {
      const { heads } = await opened();
      await heads.note({ ...place, ref: main, sha: 'a' }, soon);
      const codecommit = { region: 'eu-west-1', account: '111122223333' };
      const shop = { provider: 'codecommit', repository: 'shop', codecommit } as const;
      await heads.note({ ...shop, ref: main, sha: 'a' }, { atMs: 5_000, isLate: false });
      expect(await heads.repositories(5_000)).toEqual([shop]);
      expect(await heads.repositories(0)).toEqual([place, shop]);
    });

    it('are looked for where they are to be watched, although nothing ever came from there', async () => {
      const { heads } = await opened();
      const site = { provider: 'git', repository: 'team/site' } as const;
      await heads.watch(site, 1_000);
      await heads.watch(site, 2_000);
      expect(await heads.repositories(2_000)).toEqual([site]);
      expect(await heads.known('team/site')).toEqual(new Map());
      const first = await heads.claim('team/site', { nowMs: 3_000, unlessSinceMs: 2_900 });
      expect(first).toEqual({ isFirst: true });
    });

    it('are looked for by one of many that ask at once, the first time as such', async () => {
      const { heads, beside } = await opened();
      await heads.note({ ...place, ref: main, sha: 'a' }, soon);
      const ask = (nowMs: number) =>
        Promise.all(
          [heads, ...beside, heads, ...beside].map((book) =>
            book.claim(repository, { nowMs, unlessSinceMs: nowMs - 100 }),
          ),
        );
      expect((await ask(1_000)).filter(Boolean)).toEqual([{ isFirst: true }]);
      expect((await ask(1_050)).filter(Boolean)).toEqual([]);
      await heads.settle(repository, nothing, 1_060);
      expect((await ask(1_200)).filter(Boolean)).toEqual([{ isFirst: false }]);
      // Of a clock that was far ahead and was put right.
      expect((await ask(7_200_000)).filter(Boolean)).toHaveLength(1);
      expect((await ask(1_300)).filter(Boolean)).toHaveLength(1);
      expect(await heads.claim('octo/unknown', { nowMs: 1, unlessSinceMs: 1 })).toBeUndefined();
    });

    it('that are suspected keep what was known of them until they are learned', async () => {
      const { heads } = await opened();
      await heads.note({ ...place, ref: main, sha: 'a' }, soon);
      const suspected = [
        { ref: main, sha: 'b' },
        { ref: 'refs/heads/new', sha: 'n' },
      ];
      await heads.settle(repository, { ...nothing, suspected }, 2_000);
      expect(Object.fromEntries(await heads.known(repository))).toEqual({
        [main]: { sha: 'a', foundSha: 'b', foundAtMs: 2_000 },
        'refs/heads/new': { sha: '', foundSha: 'n', foundAtMs: 2_000 },
      });
      await heads.note({ ...place, ref: main, sha: 'b' }, soon);
      await heads.settle(repository, { ...nothing, gone: ['refs/heads/new'] }, 3_000);
      expect(Object.fromEntries(await heads.known(repository))).toEqual({ [main]: { sha: 'b' } });
    });

    it('become one delivery each, whoever takes them in and however often', async () => {
      const { heads, beside, history } = await opened();
      await heads.note({ ...place, ref: main, sha: 'a' }, soon);
      const change = { repository, ref: main, sha: 'b' };
      expect(await heads.wasTakenIn(change)).toBe(false);
      await Promise.all(
        [heads, ...beside].map((book, index) =>
          book.settle(repository, { ...nothing, takenIn: [takenIn(`d${index}`, 'b')] }, 2_000),
        ),
      );
      const { items } = await history.listDeliveries({}, { limit: 9 });
      expect(items).toMatchObject([
        { source: 'hookline', event: 'head', repository, recovered: true, outcome: 'pending' },
      ]);
      expect(await heads.wasTakenIn(change)).toBe(true);
      expect(await heads.known(repository)).toEqual(new Map([[main, { sha: 'b' }]]));
    });

    it('wait while a delivery of their repository is not planned', async () => {
      const { heads, inbox } = await opened();
      await inbox.record(sampleDelivery('01', { repository: 'octo/other' }));
      expect(await heads.isBusy(repository)).toBe(false);
      await inbox.record(sampleDelivery('02', { repository }));
      expect(await heads.isBusy(repository)).toBe(true);
    });
  });
}
