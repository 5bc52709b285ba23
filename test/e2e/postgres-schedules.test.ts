import { afterAll, beforeAll } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { openPostgres } from '../../src/sql/open-postgres.ts';
import { createSqlHistory } from '../../src/sql/sql-history.ts';
import { createSqlInbox } from '../../src/sql/sql-inbox.ts';
import { createSqlSchedules } from '../../src/sql/sql-schedules.ts';
import { describeSchedules, type ScheduleStores } from '../contracts/schedules-contract.ts';
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.close());

describeSchedules('PostgreSQL', async (): Promise<ScheduleStores> => {
  const url = await server.newDatabase();
  const db = await openPostgres(url, silentLog);
  const others = [await openPostgres(url, silentLog), await openPostgres(url, silentLog)];
  return {
    schedules: createSqlSchedules(db),
    history: createSqlHistory(db),
    queue: createSqlInbox(db, silentLog),
    beside: others.map((other) => ({ schedules: createSqlSchedules(other) })),
    async close() {
      for (const each of [db, ...others]) await each.destroy();
    },
  };
});
