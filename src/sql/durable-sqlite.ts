import {
  type DatabaseConnection,
  type Dialect,
  type Driver,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';

/**
 * SQLite for Kysely, with the flush to disk outside of SQLite: it commits without one, and whoever wrote something
 * resolves when `flush` has. So the flush blocks no thread that has other things to do, the next transaction runs
 * meanwhile, and all that were committed before a flush begins share it.
 */
export function durableSqlite(database: SqliteDatabase, flush: () => Promise<void>): Dialect {
  return {
    createAdapter: () =>
      // Taking turns at the only connection is the driver's matter here: Kysely's own turns would last until the flush.
      Object.defineProperty(new SqliteAdapter(), 'supportsMultipleConnections', { value: true }),
    createDriver: () => takingTurns(new SqliteDriver({ database }), database, flush),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

function takingTurns(driver: SqliteDriver, database: SqliteDatabase, flush: () => Promise<void>): Driver {
  let lastTurn = Promise.resolve();
  let endTurn = () => {};
  let changesBefore: unknown;
  let inTransaction = false;
  let underWay: Promise<void> | undefined;

  /** The flush that carries everything committed so far. */
  function flushed(): Promise<void> {
    const mine = flush().finally(() => {
      if (underWay === mine) underWay = undefined;
    });
    underWay = mine;
    return mine;
  }

  function changes(): unknown {
    const [row] = database.prepare('select total_changes() as changes').all([]) as { changes: unknown }[];
    return row?.changes;
  }

  return {
    init: () => driver.init(),
    async acquireConnection(): Promise<DatabaseConnection> {
      const before = lastTurn;
      const { promise, resolve } = Promise.withResolvers<void>();
      lastTurn = promise;
      await before;
      endTurn = resolve;
      changesBefore = changes();
      inTransaction = false;
      return driver.acquireConnection();
    },
    async releaseConnection() {
      const hasWritten = changes() !== changesBefore;
      // A transaction that wrote nothing may have found what another one wrote (a delivery that stands already, an
      // event that was applied): its answer, too, must not come before that is on disk.
      const waits = hasWritten ? flushed() : inTransaction ? underWay : undefined;
      endTurn();
      await waits;
    },
    beginTransaction(connection) {
      inTransaction = true;
      return driver.beginTransaction(connection);
    },
    commitTransaction: (connection) => driver.commitTransaction(connection),
    rollbackTransaction: (connection) => driver.rollbackTransaction(connection),
    destroy: () => driver.destroy(),
  };
}

/** One flush at a time. Calls that come while one is under way share the next, since it may have missed them. */
export function sharedFlush(sync: () => Promise<void>): () => Promise<void> {
  let running = Promise.resolve();
  let next: Promise<void> | undefined;

  function begin(): Promise<void> {
    running = next ?? running;
    next = undefined;
    return sync();
  }

  return () => {
    next ??= running.then(begin, begin);
    return next;
  };
}
