import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '../../../src/ids.ts';
import { silentLog } from '../../../src/log.ts';
import { insertOneByOne } from '../../../src/sql/insert-deliveries.ts';
import { openSqlite } from '../../../src/sql/open-sqlite.ts';
import { replayDelivery } from '../../../src/sql/replay-delivery.ts';
import { createSqlCommands } from '../../../src/sql/sql-commands.ts';
import { createSqlHistory } from '../../../src/sql/sql-history.ts';
import { createSqlInbox } from '../../../src/sql/sql-inbox.ts';
import { createSqlLeaseStore } from '../../../src/sql/sql-leases.ts';
import { createSqlLimits } from '../../../src/sql/sql-limits.ts';
import { createSqlOutbox } from '../../../src/sql/sql-outbox.ts';
import { createSqlProvenance } from '../../../src/sql/sql-provenance.ts';
import { createSqlRecovery } from '../../../src/sql/sql-recovery.ts';
import { createSqlRetention } from '../../../src/sql/sql-retention.ts';
import { createSqlRunStore } from '../../../src/sql/sql-run-store.ts';
import { createStatusBefore } from '../../../src/sql/status-before.ts';
import { describeApprovals } from '../../contracts/run-store-approvals-contract.ts';
import { describeRunStore } from '../../contracts/run-store-contract.ts';
import { describeDeliveryQueue } from '../../contracts/run-store-deliveries-contract.ts';
import { describeGroups } from '../../contracts/run-store-groups-contract.ts';
import { describeHistory } from '../../contracts/run-store-history-contract.ts';
import { describeLeases } from '../../contracts/run-store-leases-contract.ts';
import { describeLimits } from '../../contracts/run-store-limits-contract.ts';
import { describeNewest } from '../../contracts/run-store-newest-contract.ts';
import { describeNotifications } from '../../contracts/run-store-notifications-contract.ts';
import { describeOutbox } from '../../contracts/run-store-outbox-contract.ts';
import { describeRecovery } from '../../contracts/run-store-recovery-contract.ts';
import { describeRetention } from '../../contracts/run-store-retention-contract.ts';
import { describeSuperseding } from '../../contracts/run-store-superseding-contract.ts';
import type { Stores } from '../../contracts/stores.ts';
import { describeInbox } from '../webhooks/inbox-contract.ts';

/** SQLite on a file of its own; `reopen` is another process, and the first one never gets to close anything. */
async function openStores(): Promise<Stores> {
  const directory = mkdtempSync(join(tmpdir(), 'hookline-sqlite-'));
  const opened: (() => Promise<void>)[] = [];
  let nowMs = 1_500;

  async function open(): Promise<Stores> {
    const db = await openSqlite(join(directory, 'hookline.db'));
    opened.push(() => db.destroy());
    const outbox = createSqlOutbox(db);
    return {
      store: createSqlRunStore(db, { now: () => nowMs, newId, onEffects: () => outbox.stored() }),
      leases: createSqlLeaseStore(db),
      limits: createSqlLimits(db),
      outbox,
      commands: createSqlCommands(db),
      inbox: createSqlInbox(db, silentLog, { insert: insertOneByOne }),
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
        rmSync(directory, { recursive: true, force: true });
      },
    };
  }

  return open();
}

describeRunStore('SQLite', openStores);
describeLeases('SQLite', openStores);
describeLimits('SQLite', openStores);
describeOutbox('SQLite', openStores);
describeNotifications('SQLite', openStores);
describeDeliveryQueue('SQLite', openStores);
describeHistory('SQLite', openStores);
describeRecovery('SQLite', openStores);
describeInbox('SQLite', openStores);
describeSuperseding('SQLite', openStores);
describeGroups('SQLite', openStores);
describeApprovals('SQLite', openStores);
describeNewest('SQLite', openStores);
describeRetention('SQLite', openStores);
