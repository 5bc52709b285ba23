import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { ArtifactRefusal } from '../artifacts/artifact-refusal.ts';
import { collectFiles } from '../artifacts/collect-files.ts';
import { CacheRefusal } from './cache-refusal.ts';

/**
 * Of the names and contents of all files that one of the globs (with commas between) matches. Links are taken as links.
 * Nothing may change the workspace meanwhile.
 */
export async function checksumFiles(root: string, globs: string, signal: AbortSignal): Promise<string> {
  const patterns = globs.split(',').map((glob) => glob.trim());
  const sum = createHash('sha256');
  for (const entry of await collect(root, patterns, signal)) {
    const content = createHash('sha256');
    if (entry.kind === 'symlink') content.update(entry.target);
    if (entry.kind === 'file') {
      for await (const chunk of createReadStream(entry.path, { signal })) content.update(chunk);
    }
    sum.update(`${entry.name}\0${entry.kind}\0${content.digest('hex')}\n`);
  }
  return sum.digest('hex').slice(0, 32);
}

async function collect(root: string, patterns: readonly string[], signal: AbortSignal) {
  try {
    return await collectFiles({ root, patterns, signal });
  } catch (error) {
    if (!(error instanceof ArtifactRefusal) || error.code !== 'pattern-unmatched') throw error;
    throw new CacheRefusal('no-files', `the commit has no file for {checksum:${patterns.join(',')}}`);
  }
}
