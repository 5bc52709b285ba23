import type { Config } from '../config.ts';
import { silentLog } from '../log.ts';
import { createSecretStore, type SecretStore } from '../secrets/secret-store.ts';
import { createSqlSecrets } from '../sql/sql-secrets.ts';
import { openDataDirectory } from './data-directory.ts';
import { openDatabase } from './open-database.ts';

/** The secrets of this installation by themselves, for the command line: no service need be running. */
export async function openSecrets(config: Config): Promise<{ store: SecretStore; close(): Promise<void> }> {
  const data = openDataDirectory(config.dataDir);
  const database = await openDatabase(config, data, silentLog);
  const masterKey = config.masterKey ?? data.key('master.key');
  return {
    store: createSecretStore(createSqlSecrets(database.db), masterKey, Date.now),
    close: () => database.close(),
  };
}
