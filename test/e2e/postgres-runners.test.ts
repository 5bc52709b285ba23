import { afterAll, beforeAll } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { openPostgres } from '../../src/sql/open-postgres.ts';
import { createSqlRunners } from '../../src/sql/sql-runners.ts';
import { describeRunnerRegistry } from '../contracts/runner-registry-contract.ts';
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.close());

describeRunnerRegistry('PostgreSQL', async () => {
  const db = await openPostgres(await server.newDatabase(), silentLog, () => {});
  return { registry: createSqlRunners(db), close: () => db.destroy() };
});
