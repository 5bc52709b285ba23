import type { Kysely } from 'kysely';
import type { BlobStore } from '../blobs/blob-store.ts';
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import type { Retention } from '../runs/retention.ts';
import { prune, startRetention } from '../runs/start-retention.ts';
import { createSqlRetention } from '../sql/sql-retention.ts';
import type { Tables } from '../sql/tables.ts';

/** What is kept of runs and for how long: removes what the policy lets go of, now and then or when it is asked to. */
export function startKeeping(
  { retention: policy }: Pick<Config, 'retention'>,
  { db, blobs, log }: { db: Kysely<Tables>; blobs: BlobStore; log: Log },
): { retention: Retention; close(): Promise<void> } {
  const { now, elapsed } = systemClock;
  const retention = createSqlRetention(db);
  const ports = { retention, files: blobs, now, log };
  const sweep = startRetention({ ...ports, elapsed }, policy);
  return {
    retention: {
      policy,
      expired: (limit) => retention.expired(policy, now(), limit),
      prune: (signal) => prune(ports, policy, signal),
    },
    close: () => sweep.close(),
  };
}
