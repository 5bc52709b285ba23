import { type FileHandle, open } from 'node:fs/promises';
import { ArtifactRefusal } from '../../artifacts/artifact-refusal.ts';
import { inflateInMemory } from '../../artifacts/inflate-entry.ts';
import {
  type ListedEntry,
  MOST_END_BYTES,
  parseDirectory,
  parseEnd,
  parseZip64End,
} from '../../artifacts/zip-directory.ts';
import * as format from '../../artifacts/zip-format.ts';
import { DeploymentRefusal } from '../deployment-refusal.ts';
import { hasCode } from '../local/system-error.ts';

export type BundleContents = {
  readonly entries: readonly ListedEntry[];
  /** The file at the top that CodeDeploy's agent will read; `undefined` when there is none. */
  readonly appspec?: { readonly name: string; readonly text: string };
};

/** The agent looks for the first before the second. */
const appspecNames = ['appspec.yml', 'appspec.yaml'];
const maxAppspecBytes = 1024 * 1024;
const maxDirectoryBytes = 256 * 1024 * 1024;

/** What a bundle's central directory lists, and its appspec file. Nothing is unpacked to disk. */
export async function readBundle(file: string): Promise<BundleContents> {
  try {
    await using handle = await open(file, 'r');
    const entries = await readDirectory(handle);
    const found = appspecNames
      .map((name) => entries.find((entry) => entry.name === name && entry.kind === 'file'))
      .find((entry) => entry !== undefined);
    if (!found) return { entries };
    const text = (await readSmallEntry(handle, found)).toString('utf8');
    return { entries, appspec: { name: found.name, text } };
  } catch (cause) {
    if (cause instanceof ArtifactRefusal)
      throw new DeploymentRefusal('bundle_invalid', cause.message, { cause });
    if (!hasCode(cause, 'ENOENT', 'EACCES', 'EISDIR')) throw cause;
    throw new DeploymentRefusal('bundle_mismatch', `The bundle ${file} cannot be read.`, { cause });
  }
}

async function readDirectory(handle: FileHandle): Promise<ListedEntry[]> {
  const { size } = await handle.stat();
  const tailBytes = Math.min(size, MOST_END_BYTES);
  let place = parseEnd(await readAt(handle, size - tailBytes, tailBytes), size);
  if ('zip64EndOffset' in place) {
    const record = await readAt(handle, place.zip64EndOffset, format.ZIP64_END_BYTES);
    place = parseZip64End(record, place.zip64EndOffset);
  }
  if (place.sizeBytes > maxDirectoryBytes) {
    throw new DeploymentRefusal('bundle_invalid', 'The bundle has too many files. Pack fewer of them.');
  }
  return parseDirectory(await readAt(handle, place.offset, place.sizeBytes), place.entryCount);
}

async function readSmallEntry(handle: FileHandle, entry: ListedEntry): Promise<Buffer> {
  if (entry.sizeBytes > maxAppspecBytes) {
    throw new DeploymentRefusal('appspec_invalid', `${entry.name} is larger than 1 MiB.`);
  }
  const header = await readAt(handle, entry.offset, format.LOCAL_HEADER_BYTES);
  const nameAndExtraBytes = header.readUInt16LE(26) + header.readUInt16LE(28);
  const position = entry.offset + format.LOCAL_HEADER_BYTES + nameAndExtraBytes;
  return inflateInMemory({ descriptor: handle.fd, position, entry });
}

async function readAt(handle: FileHandle, position: number, lengthBytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(lengthBytes);
  let filled = 0;
  while (filled < lengthBytes) {
    const { bytesRead } = await handle.read(buffer, filled, lengthBytes - filled, position + filled);
    if (bytesRead === 0)
      throw new ArtifactRefusal('zip-corrupt', 'the bundle ends too early; build it again');
    filled += bytesRead;
  }
  return buffer;
}
