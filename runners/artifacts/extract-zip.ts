import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  symlinkSync,
} from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ArtifactRefusal } from './artifact-refusal.ts';
import { checkListedEntries, type ExtractLimits, unsafe } from './check-listed-entries.ts';
import { inflateInMemory, inflateInto } from './inflate-entry.ts';
import { linkEscape } from './link-escape.ts';
import {
  corrupt,
  type ListedEntry,
  MOST_END_BYTES,
  parseDirectory,
  parseEnd,
  parseZip64End,
} from './zip-directory.ts';
import * as format from './zip-format.ts';

/** How long unpacking may hold the thread before others get a turn. */
const TURN_MS = 20;
/** Of the directory itself, which is held in memory. */
const MOST_DIRECTORY_BYTES = 256 << 20;

export interface ExtractOptions {
  file: string;
  /** Made when missing; must be empty, since links that are already there could lead anywhere. */
  directory: string;
  limits: ExtractLimits;
  signal?: AbortSignal;
}

export interface ExtractedZip {
  fileCount: number;
  sizeBytes: number;
}

/**
 * Unpacks a zip that is not trusted into an empty directory. Files get mode 0644 or, when any execute bit is set, 0755;
 * set-user-id bits, owners and times are not taken over. Links are made last and only when they stay inside. Throws an
 * ArtifactRefusal that names the entry; whatever was unpacked until then is removed.
 */
export async function extractZip({ file, directory, limits, signal }: ExtractOptions): Promise<ExtractedZip> {
  signal?.throwIfAborted();
  const root = resolve(directory);
  const descriptor = openSync(file, 'r');
  try {
    const { entries, dataEnd } = listZip(descriptor, limits);
    checkListedEntries(entries, limits);
    await prepareDirectory(root);
    try {
      await unpack(descriptor, entries, dataEnd, root, signal);
    } catch (error) {
      await emptyDirectory(root);
      throw error;
    }
    return {
      fileCount: entries.length,
      sizeBytes: entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    };
  } finally {
    closeSync(descriptor);
  }
}

function listZip(descriptor: number, limits: ExtractLimits): { entries: ListedEntry[]; dataEnd: number } {
  const fileBytes = fstatSync(descriptor).size;
  const tailBytes = Math.min(fileBytes, MOST_END_BYTES);
  const tail = readAt(descriptor, fileBytes - tailBytes, tailBytes);
  let place = parseEnd(tail, fileBytes);
  if ('zip64EndOffset' in place) {
    const record = readAt(descriptor, place.zip64EndOffset, format.ZIP64_END_BYTES);
    place = parseZip64End(record, place.zip64EndOffset);
  }
  if (place.entryCount > limits.maxFiles || place.sizeBytes > MOST_DIRECTORY_BYTES) {
    throw new ArtifactRefusal(
      'zip-too-large',
      `the zip has ${place.entryCount} entries in a directory of ${place.sizeBytes} bytes, and the limit is ${limits.maxFiles}; make it smaller or raise the limit`,
    );
  }
  const entries = parseDirectory(readAt(descriptor, place.offset, place.sizeBytes), place.entryCount);
  return { entries, dataEnd: place.offset };
}

async function unpack(
  descriptor: number,
  listed: readonly ListedEntry[],
  dataEnd: number,
  root: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const made = new Set([root]);
  const makeDirectory = (path: string) => {
    if (made.has(path)) return;
    mkdirSync(path, { recursive: true, mode: 0o755 });
    made.add(path);
  };
  const links: { name: string; target: string }[] = [];
  // In the order of the data the file is read once from front to end, and overlapping entries are neighbours.
  const entries = listed.toSorted((a, b) => a.offset - b.offset);
  let turnEndsMs = performance.now() + TURN_MS;

  for (const [i, entry] of entries.entries()) {
    if (performance.now() > turnEndsMs) {
      await nextTurn();
      turnEndsMs = performance.now() + TURN_MS;
    }
    signal?.throwIfAborted();
    const position = findData(descriptor, entry, entries[i + 1]?.offset ?? dataEnd);
    const data = { descriptor, position, entry };
    const path = join(root, entry.name);
    makeDirectory(entry.kind === 'directory' ? path : dirname(path));
    if (entry.kind === 'file') {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
      const mode = entry.executable ? 0o755 : 0o644;
      const output = openSync(path, flags, mode);
      try {
        await inflateInto(output, data, signal);
      } finally {
        closeSync(output);
      }
      // The umask may have taken bits away from what was asked for.
      chmodSync(path, mode);
    } else {
      const content = inflateInMemory(data);
      if (entry.kind === 'symlink') links.push({ name: entry.name, target: content.toString() });
    }
  }
  makeLinks(links, root);
}

function makeLinks(links: readonly { name: string; target: string }[], root: string): void {
  const names = new Set(links.map(({ name }) => name));
  for (const { name, target } of links) {
    const reason = linkEscape(name, target, (other) => names.has(other));
    if (reason !== undefined) throw unsafe(name, `is a link to ${JSON.stringify(target)}, which ${reason}`);
  }
  for (const { name, target } of links) symlinkSync(target, join(root, name));
}

/** Where an entry's data begins, having made sure that header and directory agree and that the data ends before `limit`. */
function findData(descriptor: number, entry: ListedEntry, limit: number): number {
  const name = JSON.stringify(entry.name);
  const header = readAt(descriptor, entry.offset, format.LOCAL_HEADER_BYTES + entry.nameBytes.length);
  if (header.readUInt32LE(0) !== format.LOCAL_HEADER_SIGNATURE) throw corrupt(`${name} has no local header`);
  const nameLength = header.readUInt16LE(26);
  if (
    nameLength !== entry.nameBytes.length ||
    !header.subarray(format.LOCAL_HEADER_BYTES).equals(entry.nameBytes) ||
    header.readUInt16LE(8) !== entry.method ||
    (header.readUInt16LE(6) & format.FLAG_ENCRYPTED) !== 0
  ) {
    throw corrupt(`${name} is something else in its local header than in the directory`);
  }
  const position = entry.offset + format.LOCAL_HEADER_BYTES + nameLength + header.readUInt16LE(28);
  if (position + entry.compressedBytes > limit) throw corrupt(`${name} overlaps what comes behind it`);
  return position;
}

function readAt(descriptor: number, position: number, lengthBytes: number): Buffer {
  const buffer = Buffer.alloc(lengthBytes);
  let filled = 0;
  while (filled < lengthBytes) {
    const count = readSync(descriptor, buffer, filled, lengthBytes - filled, position + filled);
    if (count === 0) throw corrupt('it ends too early');
    filled += count;
  }
  return buffer;
}

async function prepareDirectory(root: string): Promise<void> {
  await mkdir(root, { recursive: true });
  if ((await readdir(root)).length > 0) {
    throw new ArtifactRefusal(
      'directory-not-empty',
      `${root} is not empty, and a zip is unpacked only into an empty directory; choose a new one`,
    );
  }
}

async function emptyDirectory(root: string): Promise<void> {
  for (const name of await readdir(root)) await rm(join(root, name), { recursive: true, force: true });
}
