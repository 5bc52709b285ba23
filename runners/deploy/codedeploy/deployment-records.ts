import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { deploymentReasonCodes } from '../deployment-target.ts';
import { readJson, writeJson } from '../local/durable-json.ts';

const bundleRevision = z.object({
  bucket: z.string(),
  key: z.string(),
  /** Without quotes. */
  eTag: z.string(),
  /** Absent when the bucket keeps no versions. */
  version: z.string().optional(),
});
/** The very bytes that are deployed, wherever they came from. */
export type BundleRevision = z.infer<typeof bundleRevision>;

const deploymentRecord = z.object({
  deploymentKey: z.string(),
  runNumber: z.number(),
  sha: z.string(),
  bundleSha256: z.string(),
  revision: bundleRevision.optional(),
  /** Since then a deployment may exist that is not known by its id. Taken away when AWS says that it does not. */
  intendedAtMs: z.number().optional(),
  deploymentId: z.string().optional(),
  createdAtMs: z.number().optional(),
  ended: z
    .object({
      atMs: z.number(),
      outcome: z.enum(['success', 'failure', 'error', 'cancelled']),
      reason: z.object({ code: z.enum(deploymentReasonCodes), message: z.string() }).optional(),
    })
    .optional(),
});
/** What is known here of one deployment. The file is replaced in one piece and survives a loss of power. */
export type DeploymentRecord = z.infer<typeof deploymentRecord>;

export type DeploymentRecords = {
  read(deploymentKey: string): Promise<DeploymentRecord | undefined>;
  write(record: DeploymentRecord): Promise<void>;
  /** Held while a deployment is carried out or followed: two calls for one key would do the same twice. */
  keyLock(deploymentKey: string): string;
  /** Held while a deployment waits to be created, so that those of one group are created in order. */
  groupLock(group: readonly string[]): string;
};

/** The signal ends the waiting for a lock; a timer cannot be set for longer than this. */
export const lockTimeoutMs = 2 ** 31 - 1;

/** Nobody asks again for a deployment of a year ago; until then a record is a few hundred bytes. */
const keptMs = 365 * 24 * 3_600_000;

export async function openDeploymentRecords(
  stateDirectory: string,
  nowMs: number,
): Promise<DeploymentRecords> {
  const records = join(stateDirectory, 'codedeploy', 'deployments');
  const locks = join(stateDirectory, 'codedeploy', 'locks');
  for (const path of [records, locks]) await mkdir(path, { recursive: true, mode: 0o700 });
  for (const path of [records, locks]) await removeOld(path, nowMs - keptMs);
  const pathOf = (deploymentKey: string) => join(records, `${idOf(deploymentKey)}.json`);
  return {
    read: (deploymentKey) => readJson(pathOf(deploymentKey), deploymentRecord),
    write: (record) => writeJson(pathOf(record.deploymentKey), record),
    keyLock: (deploymentKey) => join(locks, `key-${idOf(deploymentKey)}`),
    groupLock: (group) => join(locks, `group-${idOf(group.join('\n'))}`),
  };
}

function idOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

async function removeOld(directory: string, beforeMs: number) {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const changedAtMs = await stat(path).then(
      (stats) => stats.mtimeMs,
      () => Number.POSITIVE_INFINITY,
    );
    if (changedAtMs < beforeMs) await rm(path, { force: true });
  }
}
