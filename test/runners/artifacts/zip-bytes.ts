import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ZipEntry } from '../../../runners/artifacts/zip-entry.ts';
import { type WriteZipOptions, type WrittenZip, writeZip } from '../../../runners/artifacts/zip-writer.ts';
import { tempDirectory } from './temp-tree.ts';

/** A whole zip in memory. */
export async function zipBytes(
  entries: Iterable<ZipEntry>,
  options?: WriteZipOptions,
): Promise<{ bytes: Buffer; written: WrittenZip }> {
  const { stream, done } = writeZip(entries, options);
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return { bytes: Buffer.concat(chunks), written: await done };
}

/** A whole zip on disk, gone after the test. */
export async function zipFile(entries: Iterable<ZipEntry>, options?: WriteZipOptions): Promise<string> {
  return saved((await zipBytes(entries, options)).bytes);
}

export function saved(bytes: Uint8Array): string {
  const file = join(tempDirectory(), 'artifact.zip');
  writeFileSync(file, bytes);
  return file;
}

export function textEntry(name: string, text = name): ZipEntry {
  return { kind: 'content', name, mode: 0o644, content: Buffer.from(text) };
}
