import { afterAll, beforeAll } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { openPostgres } from '../../src/sql/open-postgres.ts';
import { createSqlHeads } from '../../src/sql/sql-heads.ts';
import { createSqlHistory } from '../../src/sql/sql-history.ts';
import { createSqlInbox } from '../../src/sql/sql-inbox.ts';
import { describeHeads } from '../contracts/heads-contract.ts';
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.close());

describeHeads('PostgreSQL', async () => {
  const url = await server.newDatabase();
  const db = await openPostgres(url, silentLog);
  const others = [await openPostgres(url, silentLog), await openPostgres(url, silentLog)];
  return {
    heads: createSqlHeads(db),
    inbox: createSqlInbox(db, silentLog),
    history: createSqlHistory(db),
    beside: others.map(createSqlHeads),
    async close() {
      for (const each of [db, ...others]) await each.destroy();
    },
  };
});
