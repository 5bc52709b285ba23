import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { type ArchiveReader, createArchiveReader } from './archive-reader.ts';
import { isZeroBlock, paxRecords, readTarHeader, type TarHeader } from './tar-header.ts';

const blockBytes = 512;
const longestNote = 1024 * 1024;

/**
 * What an archive holds, in 64 letters: names, kinds, modes, targets of links and contents. Two archives of the same
 * files have the same, in whatever order the files stand there and whenever they were written: a file that was unpacked
 * and packed again is no other. Undefined for what is no tar archive that is understood here.
 */
export async function archiveDigest(
  archive: FileHandle,
  { signal }: { signal: AbortSignal },
): Promise<string | undefined> {
  const reader = createArchiveReader(archive, signal);
  const entries: string[] = [];
  let notes: Notes = {};
  while (true) {
    const block = await reader.take(blockBytes);
    if (block.length === 0 || isZeroBlock(block)) break;
    const header = readTarHeader(block);
    if (header === undefined) return undefined;
    const told = noteKinds.includes(header.kind) ? await readNote(reader, header) : {};
    if (told === undefined) return undefined;
    notes = { ...notes, ...told };
    if (noteKinds.includes(header.kind)) continue;
    const entry = await entryOf(reader, { ...header, ...notes });
    if (entry === undefined) return undefined;
    entries.push(entry);
    notes = {};
  }
  const sum = createHash('sha256');
  for (const entry of entries.sort()) sum.update(`${entry}\n`);
  return sum.digest('hex');
}

/** What stands before a header because it has no room there: of GNU tar (`L`, `K`) and of POSIX (`x`, `g`). */
type Notes = Partial<Pick<TarHeader, 'name' | 'link' | 'sizeBytes'>>;

const noteKinds = ['L', 'K', 'x', 'g'];

async function readNote(reader: ArchiveReader, { kind, sizeBytes }: TarHeader): Promise<Notes | undefined> {
  if (sizeBytes > longestNote) return undefined;
  const text = (await reader.take(sizeBytes)).toString('utf8');
  if (!(await reader.pass(paddingOf(sizeBytes)))) return undefined;
  const plain = text.replace(/\0+$/, '');
  if (kind === 'L') return { name: plain };
  if (kind === 'K') return { link: plain };
  if (kind === 'g') return {};
  const { path, linkpath, size } = paxRecords(text);
  return {
    ...(path === undefined ? {} : { name: path }),
    ...(linkpath === undefined ? {} : { link: linkpath }),
    ...(size === undefined ? {} : { sizeBytes: Number(size) }),
  };
}

async function entryOf(reader: ArchiveReader, header: TarHeader): Promise<string | undefined> {
  const { kind, name, mode, link, sizeBytes } = header;
  const content = createHash('sha256');
  // Only files have contents; what others say of their size is not to be believed.
  if (kind === '0' || kind === '7') {
    if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) return undefined;
    if (!(await reader.pass(sizeBytes, (piece) => content.update(piece)))) return undefined;
    if (!(await reader.pass(paddingOf(sizeBytes)))) return undefined;
  } else if (!'123456'.includes(kind)) return undefined;
  const facts = [name.replace(/\/+$/, ''), kind, mode.toString(8), link];
  return createHash('sha256')
    .update(`${facts.join('\0')}\0${content.digest('hex')}`)
    .digest('hex');
}

function paddingOf(sizeBytes: number): number {
  return (blockBytes - (sizeBytes % blockBytes)) % blockBytes;
}
