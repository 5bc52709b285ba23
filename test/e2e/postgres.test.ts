import { afterAll, beforeAll } from 'vitest';
import { describeApprovals } from '../contracts/run-store-approvals-contract.ts';
import { describeRunStore } from '../contracts/run-store-contract.ts';
import { describeDeliveryQueue } from '../contracts/run-store-deliveries-contract.ts';
import { describeGroups } from '../contracts/run-store-groups-contract.ts';
import { describeHistory } from '../contracts/run-store-history-contract.ts';
import { describeLeases } from '../contracts/run-store-leases-contract.ts';
import { describeLimits } from '../contracts/run-store-limits-contract.ts';
import { describeNewest } from '../contracts/run-store-newest-contract.ts';
import { describeNotifications } from '../contracts/run-store-notifications-contract.ts';
import { describeOutbox } from '../contracts/run-store-outbox-contract.ts';
import { describeRecovery } from '../contracts/run-store-recovery-contract.ts';
import { describeRetention } from '../contracts/run-store-retention-contract.ts';
import { describeSuperseding } from '../contracts/run-store-superseding-contract.ts';
import { describeInbox } from '../src/webhooks/inbox-contract.ts';
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts';
import { openPostgresStores } from '../support/postgres-stores.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.close());

const openStores = async () => openPostgresStores(await server.newDatabase());

describeRunStore('PostgreSQL', openStores);
describeLeases('PostgreSQL', openStores);
describeLimits('PostgreSQL', openStores);
describeOutbox('PostgreSQL', openStores);
describeNotifications('PostgreSQL', openStores);
describeDeliveryQueue('PostgreSQL', openStores);
describeHistory('PostgreSQL', openStores);
describeInbox('PostgreSQL', openStores);
describeRecovery('PostgreSQL', openStores);
describeSuperseding('PostgreSQL', openStores);
describeGroups('PostgreSQL', openStores);
describeApprovals('PostgreSQL', openStores);
describeNewest('PostgreSQL', openStores);
describeRetention('PostgreSQL', openStores);
