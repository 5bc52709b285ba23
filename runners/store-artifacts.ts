import type { BlobStore } from '../src/blobs/blob-store.ts';
import type { JobEvent } from '../src/contract/job-event.ts';
import type { BuildSpec } from '../src/contract/job-spec.ts';
import { artifactKey } from '../src/contract/live-log.ts';
import { collectFiles } from './artifacts/collect-files.ts';
import { writeZip } from './artifacts/zip-writer.ts';

/**
 * Zips each artifact of a job straight into the blob store and reports it. Call it only when every container of
 * the job is dead: nothing may change the workspace meanwhile. Rejects with an `ArtifactRefusal` that names the
 * pattern or file when an artifact cannot be made.
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
    });
    const key = artifactKey(spec, artifact.name);
    const zip = writeZip(entries, { signal });
    await blobs.put(key, zip.stream, { signal });
    const { sizeBytes, sha256, fileCount } = await zip.done;
    const at = options.now();
    options.report({ type: 'artifact.stored', at, name: artifact.name, key, sizeBytes, sha256, fileCount });
    const size = `${fileCount} entries, ${sizeBytes} bytes, sha256 ${sha256}`;
    options.note(`artifact ${artifact.name}.zip: ${size}, stored in ${at - startedAtMs} ms`);
  }
}
