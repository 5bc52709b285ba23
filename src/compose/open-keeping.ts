import type { Kysely } from 'kysely';
import type { BlobStore } from '../blobs/blob-store.ts';
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { type PublicKey, signingKeyOf } from '../contract/signing-key.ts';
import type { Log } from '../log.ts';
import type { Loop } from '../loop.ts';
import type { Retention } from '../runs/retention.ts';
import type { ProvenancePorts } from '../runs/start-provenance.ts';
import { startProvenance } from '../runs/start-provenance.ts';
import { prune, startRetention } from '../runs/start-retention.ts';
import { createSqlProvenance } from '../sql/sql-provenance.ts';
import { createSqlRetention } from '../sql/sql-retention.ts';
import type { Tables } from '../sql/tables.ts';
import { version } from './version.ts';

export type Keeping = {
  retention: Retention;
  publicKey: PublicKey;
  start(options: { publicUrl: string; cloneUrlOf: ProvenancePorts['cloneUrlOf'] }): void;
  close(): Promise<void>;
};

/** What is kept of runs: removes what the policy lets go of, and signs what artifacts were built from. */
export function openKeeping(
  { retention: policy }: Pick<Config, 'retention'>,
  { db, blobs, masterKey, log }: { db: Kysely<Tables>; blobs: BlobStore; masterKey: string; log: Log },
): Keeping {
  const { now, elapsed } = systemClock;
  const retention = createSqlRetention(db);
  const key = signingKeyOf(masterKey);
  const ports = { retention, files: blobs, now, log };
  const loops: Loop[] = [];
  return {
    retention: {
      policy,
      expired: (limit) => retention.expired(policy, now(), limit),
      prune: (signal) => prune(ports, policy, signal),
    },
    publicKey: key.publicKey,
    start({ publicUrl, cloneUrlOf }) {
      const provenance = createSqlProvenance(db);
      const builder = { url: publicUrl, version };
      loops.push(
        startRetention({ ...ports, elapsed }, policy),
        startProvenance({ provenance, files: blobs, key, builder, cloneUrlOf, log }),
      );
    },
    async close() {
      await Promise.all(loops.map((loop) => loop.close()));
    },
  };
}
