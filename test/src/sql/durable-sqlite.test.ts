import { DatabaseSync } from 'node:sqlite';
import { Kysely, type SqliteDatabase } from 'kysely';
import { describe, expect, it } from 'vitest';
import { durableSqlite, sharedFlush } from '../../../src/sql/durable-sqlite.ts';

type Tables = { notes: { text: string } };

/** Flushes that end when the test says so. */
function openNotes() {
  const database = new DatabaseSync(':memory:');
  database.exec('create table notes (text text)');
  const flushes: PromiseWithResolvers<void>[] = [];
  const sync = () => {
    const flush = Promise.withResolvers<void>();
    flushes.push(flush);
    return flush.promise;
  };
  const prepare = (sql: string) => {
    const statement = database.prepare(sql);
    return {
      reader: statement.columns().length > 0,
      all: (values: readonly unknown[]) => statement.all(...(values as string[])),
      run: (values: readonly unknown[]) => statement.run(...(values as string[])),
      iterate: (values: readonly unknown[]) => statement.iterate(...(values as string[])),
    };
  };
  const kyselys: SqliteDatabase = { close: () => database.close(), prepare };
  const db = new Kysely<Tables>({ dialect: durableSqlite(kyselys, sharedFlush(sync)) });
  const write = (text: string) =>
    db.transaction().execute((trx) => trx.insertInto('notes').values({ text }).execute());
  const read = async () => (await db.selectFrom('notes').select('text').execute()).map((row) => row.text);
  return { db, flushes, write, read };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('durableSqlite', () => {
  it('says that something is written once it is flushed', async () => {
    const { flushes, write } = openNotes();
    let isSaid = false;
    const written = write('a').then(() => {
      isSaid = true;
    });
    await turn();
    expect({ isSaid, flushes: flushes.length }).toEqual({ isSaid: false, flushes: 1 });
    flushes[0]?.resolve();
    await written;
  });

  it('answers a transaction that found what is being flushed when that is on disk, and a mere reader at once', async () => {
    const { db, flushes, write, read } = openNotes();
    const written = write('a');
    await turn();
    let isAnswered = false;
    const found = db
      .transaction()
      .execute((trx) => trx.selectFrom('notes').selectAll().execute())
      .then(() => {
        isAnswered = true;
      });
    expect(await read()).toEqual(['a']);
    await turn();
    expect(isAnswered).toBe(false);
    flushes[0]?.resolve();
    await Promise.all([written, found]);
    expect(flushes).toHaveLength(1);
  });

  it('lets others read and write during a flush, and flushes all that they wrote together', async () => {
    const { db, flushes, write, read } = openNotes();
    const first = write('a');
    await turn();
    const others = [write('b'), write('c'), db.insertInto('notes').values({ text: 'd' }).execute()];
    expect(await read()).toEqual(['a', 'b', 'c', 'd']);
    await turn();
    expect(flushes).toHaveLength(1);
    flushes[0]?.resolve();
    await first;
    await turn();
    expect(flushes).toHaveLength(2);
    flushes[1]?.resolve();
    await Promise.all(others);
  });

  it('flushes nothing for those who only read, and for what was rolled back', async () => {
    const { db, flushes, read } = openNotes();
    await read();
    const refused = db.transaction().execute(async () => {
      throw new Error('no');
    });
    await expect(refused).rejects.toThrow('no');
    expect(flushes).toHaveLength(0);
  });

  it('tells whoever wrote that the flush failed, and tries again for the next', async () => {
    const { flushes, write } = openNotes();
    const first = write('a');
    await turn();
    flushes[0]?.reject(new Error('the disk is gone'));
    await expect(first).rejects.toThrow('the disk is gone');
    const second = write('b');
    await turn();
    flushes[1]?.resolve();
    await second;
  });
});
