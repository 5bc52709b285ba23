import { openSqlite } from '../../../src/sql/open-sqlite.ts';
import { createSqlRunners } from '../../../src/sql/sql-runners.ts';
import { describeRunnerRegistry } from '../../contracts/runner-registry-contract.ts';

describeRunnerRegistry('SQLite', async () => {
  const db = await openSqlite(':memory:');
  return { registry: createSqlRunners(db), close: () => db.destroy() };
});
