import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../../../src/log.ts';
import { openSqlite } from '../../../src/sql/open-sqlite.ts';
import { createSqlHeads } from '../../../src/sql/sql-heads.ts';
import { createSqlHistory } from '../../../src/sql/sql-history.ts';
import { createSqlInbox } from '../../../src/sql/sql-inbox.ts';
import { describeHeads } from '../../contracts/heads-contract.ts';

describeHeads('SQLite', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hookline-heads-'));
  const db = await openSqlite(join(directory, 'hookline.db'));
  return {
    heads: createSqlHeads(db),
    inbox: createSqlInbox(db, silentLog),
    history: createSqlHistory(db),
    beside: [],
    async close() {
      await db.destroy();
      rmSync(directory, { recursive: true, force: true });
    },
  };
});
