import { newId } from '../../src/ids.ts';
import { silentLog } from '../../src/log.ts';
import { openPostgres, postgresGroups } from '../../src/sql/open-postgres.ts';
import { replayDelivery } from '../../src/sql/replay-delivery.ts';
import { createSqlCommands } from '../../src/sql/sql-commands.ts';
import { createSqlHistory } from '../../src/sql/sql-history.ts';
import { createSqlInbox } from '../../src/sql/sql-inbox.ts';
import { createSqlLeaseStore } from '../../src/sql/sql-leases.ts';
import { createSqlLimits } from '../../src/sql/sql-limits.ts';
import { createSqlOutbox } from '../../src/sql/sql-outbox.ts';
import { createSqlProvenance } from '../../src/sql/sql-provenance.ts';
import { createSqlRecovery } from '../../src/sql/sql-recovery.ts';
import { createSqlRetention } from '../../src/sql/sql-retention.ts';
import { createSqlRunStore } from '../../src/sql/sql-run-store.ts';
import { createStatusBefore } from '../../src/sql/status-before.ts';
import type { Stores } from '../contracts/stores.ts';

/** The stores over one database; `reopen` is another process beside the first. `close` closes all of them. */
export async function openPostgresStores(url: string): Promise<Stores> {
  const opened: (() => Promise<void>)[] = [];
  let nowMs = 1_500;

  async function open(): Promise<Stores> {
    const db = await openPostgres(url, silentLog);
    const outbox = createSqlOutbox(db);
    const inbox = createSqlInbox(db, silentLog, { groups: postgresGroups });
    opened.push(async () => {
      await inbox.close();
      await db.destroy();
    });
    return {
      store: createSqlRunStore(db, { now: () => nowMs, newId, onEffects: () => outbox.stored() }),
      leases: createSqlLeaseStore(db),
      limits: createSqlLimits(db),
      outbox,
      commands: createSqlCommands(db),
      inbox,
      history: createSqlHistory(db),
      recovery: createSqlRecovery(db),
      statusBefore: createStatusBefore(db),
      replay: (wanted) => replayDelivery(db, wanted),
      retention: createSqlRetention(db),
      provenance: createSqlProvenance(db),
      setNow(ms) {
        nowMs = ms;
      },
      reopen: open,
      async close() {
        for (const close of opened.splice(0)) await close();
      },
    };
  }

  return open();
}
