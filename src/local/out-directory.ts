import { appendFileSync, createWriteStream, mkdirSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BlobStore } from '../blobs/blob-store.ts';
import { chunksOf } from '../blobs/body-chunks.ts';
import { createBodyMeter } from '../blobs/body-meter.ts';
import { LocalRefusal } from './local-refusal.ts';

/** Where a run on this machine leaves what it made: a folder for each job, with its artifacts and its whole log. */
export type OutDirectory = {
  /** Takes artifacts under the keys that runners give them. */
  blobs: Pick<BlobStore, 'put'>;
  appendLog(jobName: string, lines: readonly string[]): void;
  logPath(jobName: string): string;
  artifactPath(jobName: string, fileName: string): string;
};

export async function openOutDirectory(
  root: string,
  jobs: readonly { id: string; name: string }[],
): Promise<OutDirectory> {
  const names = new Map(jobs.map(({ id, name }) => [id, name]));
  await mkdir(root, { recursive: true });
  await mark(root);
  // What an earlier run left of the same job would be taken for this one's.
  for (const { name } of jobs) await rm(join(root, folderName(name)), { recursive: true, force: true });
  const artifactPath = (job: string, fileName: string) => join(root, folderName(job), fileName);
  const logPath = (job: string) => join(root, folderName(job), 'log.txt');
  return {
    artifactPath,
    logPath,
    appendLog(job, lines) {
      mkdirSync(dirname(logPath(job)), { recursive: true });
      appendFileSync(logPath(job), lines.map((line) => `${line}\n`).join(''));
    },
    blobs: {
      async put(key, body, { signal, sizeBytes } = {}) {
        const [, , jobId = '', , file = ''] = key.split('/');
        const path = artifactPath(names.get(jobId) ?? jobId, file);
        const meter = createBodyMeter(key, sizeBytes);
        const part = `${path}.part`;
        await mkdir(dirname(path), { recursive: true });
        async function* metered() {
          for await (const chunk of chunksOf(body, signal)) {
            meter.add(chunk);
            yield chunk;
          }
        }
        try {
          await pipeline(Readable.from(metered()), createWriteStream(part), signal ? { signal } : {});
          await rename(part, path);
        } finally {
          await rm(part, { force: true });
        }
        return meter.finish();
      },
    },
  };
}

/**
 * Whatever repository it lies in, git does not see it, and so it is no part of the next run. Folders are removed in it: one
 * that somebody else has filled is not taken.
 */
async function mark(root: string): Promise<void> {
  const names = await readdir(root);
  const path = join(root, '.gitignore');
  const found = names.includes('.gitignore') ? await readFile(path, 'utf8') : undefined;
  if (found === markText) return;
  if (names.length > 0) {
    const remedy = 'name a folder that is empty or not there yet';
    throw new LocalRefusal('usage', `--out ${root} holds files that are not of \`hookline run\`: ${remedy}`);
  }
  await writeFile(path, markText);
}

const markText = '# Made by `hookline run`.\n*\n';

/** `test (node=20)` becomes `test-node=20`. Names that differ in nothing else are a rarity, and then share a folder. */
export function folderName(job: string): string {
  return job.replaceAll(/[^\w.=]+/g, '-').replaceAll(/^[-.]+|-+$/g, '') || 'job';
}
