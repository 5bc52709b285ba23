import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readJson, writeJson } from '../local/durable-json.ts';

const uploadRecord = z.object({
  deploymentKey: z.string(),
  bundleSha256: z.string(),
  upload: z.object({
    bucket: z.string(),
    prefix: z.string(),
    fileCount: z.int(),
    sizeBytes: z.int(),
  }),
  address: z.string(),
});
/** That an upload came to its end. What did not is done again from the start: the same keys, the same bytes. */
export type UploadRecord = z.infer<typeof uploadRecord>;

export type UploadRecords = {
  read(deploymentKey: string): Promise<UploadRecord | undefined>;
  write(record: UploadRecord): Promise<void>;
  /** Held while files are put below a prefix, so that the pages of one deployment never meet the scripts of another. */
  placeLock(place: readonly string[]): string;
  /** For the files of a bundle while they are uploaded; what a deployer that was killed left there is gone. */
  emptyFolder(deploymentKey: string): Promise<string>;
};

/** As of CodeDeploy's records. */
const keptMs = 365 * 24 * 3_600_000;

export async function openUploadRecords(stateDirectory: string, nowMs: number): Promise<UploadRecords> {
  const [records, locks, unpacked] = ['uploads', 'locks', 'unpacked'].map((name) =>
    join(stateDirectory, name),
  ) as [string, string, string];
  await rm(unpacked, { recursive: true, force: true });
  for (const path of [records, locks, unpacked]) await mkdir(path, { recursive: true, mode: 0o700 });
  for (const name of await readdir(records)) {
    const { mtimeMs } = await stat(join(records, name));
    if (mtimeMs < nowMs - keptMs) await rm(join(records, name), { force: true });
  }
  const pathOf = (deploymentKey: string) => join(records, `${idOf(deploymentKey)}.json`);
  return {
    read: (deploymentKey) => readJson(pathOf(deploymentKey), uploadRecord),
    write: (record) => writeJson(pathOf(record.deploymentKey), record),
    placeLock: (place) => join(locks, idOf(place.join('\n'))),
    async emptyFolder(deploymentKey) {
      const folder = join(unpacked, idOf(deploymentKey));
      await rm(folder, { recursive: true, force: true });
      return folder;
    },
  };
}

function idOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
