import type { ListedBlob } from '../../src/blobs/blob-store.ts';
import { isEntry, useName } from './cache-name.ts';

/**
 * What has to go of all that a repository keeps, so that the rest fits: what was not used for the longest time first.
 * Whoever asks at the same moment comes to the same answer, and removing a blob twice is no error.
 */
export function chooseEvicted(blobs: readonly ListedBlob[], limitBytes: number): string[] {
  const usedAtMs = new Map(blobs.map(({ key, modifiedAtMs }) => [key, modifiedAtMs]));
  const entries = blobs
    .filter(({ key }) => isEntry(key))
    .map((blob) => ({
      ...blob,
      lastMs: Math.max(blob.modifiedAtMs, usedAtMs.get(useName(blob.key)) ?? 0),
    }))
    .sort((a, b) => b.lastMs - a.lastMs || (a.key < b.key ? -1 : 1));
  let keptBytes = 0;
  const kept = new Set<string>();
  for (const { key, sizeBytes } of entries) {
    if (keptBytes + sizeBytes > limitBytes) break;
    keptBytes += sizeBytes;
    kept.add(key).add(useName(key));
  }
  return blobs.map(({ key }) => key).filter((key) => !kept.has(key));
}
