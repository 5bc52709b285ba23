import { setTimeout as sleep } from 'node:timers/promises';
import { BlobRefusal, type BlobRefusalCode } from '../src/blobs/blob-refusal.ts';
import type { BlobStore } from '../src/blobs/blob-store.ts';
import type { JobEvent } from '../src/contract/job-event.ts';
import type { BuildSpec } from '../src/contract/job-spec.ts';
import { artifactFileName, artifactKey } from '../src/contract/live-log.ts';
import { messageOf } from '../src/errors.ts';
import { ArtifactRefusal } from './artifacts/artifact-refusal.ts';
import { collectFiles } from './artifacts/collect-files.ts';
import { writeTar } from './artifacts/tar-writer.ts';
import { writeZip } from './artifacts/zip-writer.ts';

const patienceMs = 10 * 60_000;
const retry = { firstMs: 1_000, mostMs: 30_000 };
const permanent: ReadonlySet<BlobRefusalCode> = new Set(['bad-key', 'too-large', 'closed']);

/**
 * Packs each artifact of a job straight into the blob store and reports it. Call it only when every container of
 * the job is dead: nothing may change the workspace meanwhile. Rejects with an `ArtifactRefusal` that names the
 * pattern or file when an artifact cannot be made. A store that fails is tried again for some minutes: the job's work
 * is done by then, and worth waiting for.
 */
export async function storeArtifacts(options: {
  spec: BuildSpec;
  workspaceDir: string;
  blobs: Pick<BlobStore, 'put'>;
  signal: AbortSignal;
  now: () => number;
  note: (text: string) => void;
  report: (event: JobEvent) => void;
}): Promise<void> {
  const { spec, blobs, signal } = options;
  for (const artifact of spec.artifacts) {
    const startedAtMs = options.now();
    const entries = await collectFiles({
      root: options.workspaceDir,
      patterns: artifact.paths,
      exclude: artifact.exclude,
      stripPrefix: artifact.stripPrefix ?? '',
      signal,
    }).catch((error: unknown) => {
      if (artifact.optional && error instanceof ArtifactRefusal && error.code === 'pattern-unmatched')
        return [];
      throw error;
    });
    if (entries.length === 0 && artifact.optional) continue;
    const { name, format } = artifact;
    const key = artifactKey(spec, name, format);
    const fileName = artifactFileName(name, format);
    const { sizeBytes, sha256, fileCount } = await patiently(options, fileName, async () => {
      const archive =
        format === undefined ? writeZip(entries, { signal }) : writeTar(entries, format, { signal });
      await blobs.put(key, archive.stream, { signal });
      return archive.done;
    });
    const at = options.now();
    const packed = { sizeBytes, sha256, fileCount, ...(format === undefined ? {} : { format }) };
    options.report({ type: 'artifact.stored', at, name, key, ...packed });
    const size = `${fileCount} entries, ${sizeBytes} bytes, sha256 ${sha256}`;
    options.note(`artifact ${fileName}: ${size}, stored in ${at - startedAtMs} ms`);
  }
}

async function patiently<T>(
  options: { signal: AbortSignal; now: () => number; note: (text: string) => void },
  fileName: string,
  store: () => Promise<T>,
): Promise<T> {
  const { signal, now } = options;
  const startedAtMs = now();
  for (let waitMs = retry.firstMs; ; waitMs = Math.min(retry.mostMs, waitMs * 2)) {
    try {
      return await store();
    } catch (error) {
      const mayPass =
        !(error instanceof ArtifactRefusal) && !(error instanceof BlobRefusal && permanent.has(error.code));
      if (!mayPass || signal.aborted || now() - startedAtMs > patienceMs) throw error;
      options.note(`artifact ${fileName} was not taken by the store: ${messageOf(error)}; trying again`);
      await sleep(waitMs, undefined, { signal }).catch(() => {});
    }
  }
}
