import { isUtf8 } from 'node:buffer';
import { ArtifactRefusal } from './artifact-refusal.ts';
import * as format from './zip-format.ts';

/** The longest a zip's end can be: its record, a comment of 65,535 bytes, and the zip64 locator before them. */
export const MOST_END_BYTES = format.END_BYTES + format.MAX_UINT16 + format.ZIP64_LOCATOR_BYTES;

/** What the central directory says of one entry. */
export interface ListedEntry {
  /** Without a slash at the end. */
  name: string;
  nameBytes: Buffer;
  kind: 'file' | 'symlink' | 'directory';
  executable: boolean;
  method: number;
  flags: number;
  crc32: number;
  compressedBytes: number;
  sizeBytes: number;
  offset: number;
}

export interface DirectoryPlace {
  entryCount: number;
  offset: number;
  sizeBytes: number;
}

/** Where the end of a zip says its directory is; or where that is said, in a zip64 record that is to be read first. */
export function parseEnd(tail: Buffer, fileBytes: number): DirectoryPlace | { zip64EndOffset: number } {
  for (let at = tail.length - format.END_BYTES; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== format.END_SIGNATURE) continue;
    // Comment and file must end together, or the signature is a part of the comment.
    if (at + format.END_BYTES + tail.readUInt16LE(at + 20) !== tail.length) continue;
    const locator = at - format.ZIP64_LOCATOR_BYTES;
    if (locator >= 0 && tail.readUInt32LE(locator) === format.ZIP64_LOCATOR_SIGNATURE) {
      return { zip64EndOffset: readUInt64(tail, locator + 8) };
    }
    if (tail.readUInt16LE(at + 4) !== 0 || tail.readUInt16LE(at + 6) !== 0) throw severalDisks();
    return checkPlace(
      {
        entryCount: tail.readUInt16LE(at + 10),
        sizeBytes: tail.readUInt32LE(at + 12),
        offset: tail.readUInt32LE(at + 16),
      },
      fileBytes - tail.length + at,
    );
  }
  throw corrupt('it has no end record, so it is not a zip or was cut off');
}

/** The zip64 end record (4.3.14), which lies at `endOffset`. */
export function parseZip64End(record: Buffer, endOffset: number): DirectoryPlace {
  if (record.readUInt32LE(0) !== format.ZIP64_END_SIGNATURE) throw corrupt('its zip64 end record is missing');
  if (record.readUInt32LE(16) !== 0 || record.readUInt32LE(20) !== 0) throw severalDisks();
  return checkPlace(
    { entryCount: readUInt64(record, 32), sizeBytes: readUInt64(record, 40), offset: readUInt64(record, 48) },
    endOffset,
  );
}

function checkPlace(place: DirectoryPlace, endOffset: number): DirectoryPlace {
  if (place.offset + place.sizeBytes !== endOffset) {
    throw corrupt('its directory does not end where its end record begins');
  }
  if (place.entryCount * format.CENTRAL_HEADER_BYTES > place.sizeBytes) {
    throw corrupt('its directory is too short for the entries it promises');
  }
  return place;
}

/** All entries of a central directory, in its order. */
export function parseDirectory(directory: Buffer, entryCount: number): ListedEntry[] {
  const entries: ListedEntry[] = [];
  let at = 0;
  while (entries.length < entryCount) {
    const left = directory.length - at;
    if (
      left < format.CENTRAL_HEADER_BYTES ||
      directory.readUInt32LE(at) !== format.CENTRAL_HEADER_SIGNATURE
    ) {
      throw corrupt(`entry ${entries.length + 1} of its directory cannot be read`);
    }
    const nameBytes = directory.readUInt16LE(at + 28);
    const extraBytes = directory.readUInt16LE(at + 30);
    const headerBytes =
      format.CENTRAL_HEADER_BYTES + nameBytes + extraBytes + directory.readUInt16LE(at + 32);
    if (headerBytes > left) throw corrupt(`entry ${entries.length + 1} of its directory is cut off`);
    entries.push(parseHeader(directory.subarray(at, at + headerBytes), nameBytes, extraBytes));
    at += headerBytes;
  }
  if (at !== directory.length) throw corrupt('its directory has more than the entries it promises');
  return entries;
}

function parseHeader(header: Buffer, nameLength: number, extraLength: number): ListedEntry {
  const nameEnd = format.CENTRAL_HEADER_BYTES + nameLength;
  const nameBytes = header.subarray(format.CENTRAL_HEADER_BYTES, nameEnd);
  const flags = header.readUInt16LE(8);
  // Without the flag a name is in an old code page, of which only the part that is ASCII is certain.
  const readable =
    (flags & format.FLAG_UTF8) !== 0 ? isUtf8(nameBytes) : nameBytes.every((byte) => byte < 0x80);
  if (!readable) {
    throw new ArtifactRefusal(
      'zip-unsupported',
      `the zip has the name ${JSON.stringify(nameBytes.toString())}, which is not marked as valid UTF-8; pack it with UTF-8 names`,
    );
  }
  const fullName = nameBytes.toString();
  const isDirectory = fullName.endsWith('/');
  const madeByUnix = header.readUInt8(5) === 3;
  const unixMode = madeByUnix ? header.readUInt16LE(40) : 0;
  const fixed = {
    sizeBytes: header.readUInt32LE(24),
    compressedBytes: header.readUInt32LE(20),
    offset: header.readUInt32LE(42),
  };
  return {
    name: isDirectory ? fullName.slice(0, -1) : fullName,
    nameBytes,
    kind: isDirectory ? 'directory' : kindOf(unixMode, fullName),
    executable: (unixMode & 0o111) !== 0,
    method: header.readUInt16LE(10),
    flags,
    crc32: header.readUInt32LE(16),
    ...withZip64(fixed, header.subarray(nameEnd, nameEnd + extraLength), fullName),
  };
}

function kindOf(unixMode: number, name: string): 'file' | 'symlink' {
  const type = unixMode >> 12;
  if (type === 0o12) return 'symlink';
  if (type === 0o10 || type === 0) return 'file';
  throw new ArtifactRefusal(
    'zip-unsafe',
    `the zip's entry ${JSON.stringify(name)} is of the type 0o${type.toString(8)}, neither file, link nor directory; leave it out`,
  );
}

/** 4.5.3: the field holds, in this order, the numbers of which the fixed place says 0xffffffff, and no others. */
function withZip64(
  fixed: { sizeBytes: number; compressedBytes: number; offset: number },
  extra: Buffer,
  name: string,
): typeof fixed {
  const wanted = (['sizeBytes', 'compressedBytes', 'offset'] as const).filter(
    (key) => fixed[key] === format.MAX_UINT32,
  );
  if (wanted.length === 0) return fixed;
  const numbers = { ...fixed };
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== format.ZIP64_EXTRA_ID) continue;
    const field = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
    if (field.length < 8 * wanted.length) break;
    for (const [i, key] of wanted.entries()) numbers[key] = readUInt64(field, 8 * i);
    return numbers;
  }
  throw corrupt(`the zip64 field of ${JSON.stringify(name)} is missing or too short`);
}

function readUInt64(buffer: Buffer, at: number): number {
  const value = buffer.readBigUInt64LE(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw corrupt('it names a size that no disk has');
  return Number(value);
}

export function corrupt(what: string): ArtifactRefusal {
  return new ArtifactRefusal('zip-corrupt', `the zip cannot be unpacked: ${what}; fetch or build it again`);
}

function severalDisks(): ArtifactRefusal {
  return new ArtifactRefusal('zip-unsupported', 'the zip is split into several parts; pack it as one file');
}
