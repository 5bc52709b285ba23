import { constants } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CacheRefusal } from './cache-refusal.ts';
import { sizeText } from './size-text.ts';

/** An archive that was packed in the container and now belongs to this process alone: it has no name any more. */
export type PackedCache = {
  archive: FileHandle;
  sizeBytes: number;
  /** Those of the paths that there were. */
  paths: string[];
};

const longestResult = 4096;

/**
 * Takes an archive and what was said about it out of the workspace of a job that is not trusted: links are not followed,
 * and what is no file is not opened. Nothing when none of the paths were there.
 */
export async function takePacked(
  workspaceDir: string,
  files: { archive: string; result: string; paths: readonly string[] },
  limitBytes: number,
): Promise<PackedCache | undefined> {
  const resultFile = await take(join(workspaceDir, files.result));
  const result = await readText(resultFile);
  const [code = '', indices = '', ...said] = result.split('\n');
  const found = new Set(indices.split(' ').filter((index) => index !== ''));
  const paths = files.paths.filter((_, index) => found.has(String(index)));
  const archive = paths.length === 0 ? undefined : await take(join(workspaceDir, files.archive));
  if (archive === undefined) return undefined;
  try {
    const { size: sizeBytes } = await archive.stat();
    if (sizeBytes > limitBytes) {
      const remedy = 'HOOKLINE_CACHE_LIMIT_MIB sets how much it may be';
      throw new CacheRefusal('too-large', `it is larger than ${sizeText(limitBytes)}; ${remedy}`);
    }
    if (code !== '0')
      throw new CacheRefusal('not-packed', `tar ended with ${code}: ${said.join(' ').trim()}`);
    return { archive, sizeBytes, paths };
  } catch (error) {
    await archive.close();
    throw error;
  }
}

async function take(path: string): Promise<FileHandle> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if ((await file.stat()).isFile()) return file;
    await file.close();
  } catch (error) {
    // A link, or nothing: the job took it away.
    if (!(error instanceof Error && 'code' in error && (error.code === 'ELOOP' || error.code === 'ENOENT')))
      throw error;
  } finally {
    await rm(path, { force: true, recursive: true });
  }
  throw new CacheRefusal('not-packed', 'its archive is not there any more');
}

async function readText(file: FileHandle): Promise<string> {
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(longestResult), 0, longestResult, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
