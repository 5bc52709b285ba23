/**
 * The records of a zip file as PKWARE's APPNOTE.TXT 6.3 lays them out, written so that the same files give the same
 * bytes: one fixed time, no owners, names always marked as UTF-8. Section numbers in comments are APPNOTE's.
 */

export const STORED = 0;
export const DEFLATED = 8;

export const LOCAL_HEADER_BYTES = 30;
export const CENTRAL_HEADER_BYTES = 46;
export const END_BYTES = 22;
export const ZIP64_END_BYTES = 56;
export const ZIP64_LOCATOR_BYTES = 20;

export const LOCAL_HEADER_SIGNATURE = 0x04034b50;
export const CENTRAL_HEADER_SIGNATURE = 0x02014b50;
export const END_SIGNATURE = 0x06054b50;
export const ZIP64_END_SIGNATURE = 0x06064b50;
export const ZIP64_LOCATOR_SIGNATURE = 0x07064b50;
const DATA_DESCRIPTOR_SIGNATURE = 0x08074b50;

export const ZIP64_EXTRA_ID = 0x0001;
export const MAX_UINT16 = 0xffff;
export const MAX_UINT32 = 0xffffffff;

export const FLAG_ENCRYPTED = 0x0001;
export const FLAG_DATA_DESCRIPTOR = 0x0008;
export const FLAG_UTF8 = 0x0800;

const MADE_BY_UNIX = 3 << 8;
const VERSION = 20;
const VERSION_ZIP64 = 45;
/** 1980-01-01, the earliest day a zip can name; the time of day is 0. */
const DOS_DATE = (1 << 5) | 1;

export interface ZipRecord {
  nameBytes: Uint8Array;
  method: typeof STORED | typeof DEFLATED;
  crc32: number;
  sizeBytes: number;
  compressedBytes: number;
  /** Sizes and checksum follow the data, because they were not known before it. */
  streamed: boolean;
  /** The mode and type of the file, as in `stat`. */
  unixMode: number;
}

/**
 * Whether a streamed file must announce 8-byte sizes before its compressed size is known. Data that does not shrink
 * grows by 5 bytes in 65,535 at most; the margin is a good deal wider.
 */
export function mayNeedZip64(sizeBytes: number): boolean {
  return sizeBytes + Math.ceil(sizeBytes / 1000) + 1024 >= MAX_UINT32;
}

function hasZip64Sizes(record: Pick<ZipRecord, 'sizeBytes' | 'compressedBytes' | 'streamed'>): boolean {
  return record.streamed
    ? mayNeedZip64(record.sizeBytes)
    : record.sizeBytes >= MAX_UINT32 || record.compressedBytes >= MAX_UINT32;
}

/** 4.3.7. With `streamed`, checksum and sizes are left 0 for the data descriptor, and so is what a zip64 field would say. */
export function encodeLocalHeader(record: ZipRecord): Buffer {
  const zip64 = hasZip64Sizes(record);
  const header = Buffer.alloc(LOCAL_HEADER_BYTES + record.nameBytes.length + (zip64 ? 20 : 0));
  const known = record.streamed ? { crc32: 0, sizeBytes: 0, compressedBytes: 0 } : record;
  header.writeUInt32LE(LOCAL_HEADER_SIGNATURE, 0);
  header.writeUInt16LE(zip64 ? VERSION_ZIP64 : VERSION, 4);
  header.writeUInt16LE(flagsOf(record), 6);
  header.writeUInt16LE(record.method, 8);
  header.writeUInt16LE(DOS_DATE, 12);
  header.writeUInt32LE(known.crc32, 14);
  header.writeUInt32LE(zip64 ? MAX_UINT32 : known.compressedBytes, 18);
  header.writeUInt32LE(zip64 ? MAX_UINT32 : known.sizeBytes, 22);
  header.writeUInt16LE(record.nameBytes.length, 26);
  header.writeUInt16LE(zip64 ? 20 : 0, 28);
  header.set(record.nameBytes, LOCAL_HEADER_BYTES);
  if (zip64) writeZip64Extra(header, header.length - 20, [known.sizeBytes, known.compressedBytes]);
  return header;
}

/** 4.3.9, with the signature that readers expect; the sizes have 8 bytes exactly when the local header has a zip64 field. */
export function encodeDataDescriptor(record: ZipRecord): Buffer {
  const zip64 = hasZip64Sizes(record);
  const descriptor = Buffer.alloc(zip64 ? 24 : 16);
  descriptor.writeUInt32LE(DATA_DESCRIPTOR_SIGNATURE, 0);
  descriptor.writeUInt32LE(record.crc32, 4);
  if (zip64) {
    descriptor.writeBigUInt64LE(BigInt(record.compressedBytes), 8);
    descriptor.writeBigUInt64LE(BigInt(record.sizeBytes), 16);
  } else {
    descriptor.writeUInt32LE(record.compressedBytes, 8);
    descriptor.writeUInt32LE(record.sizeBytes, 12);
  }
  return descriptor;
}

/** 4.3.12. The zip64 field holds only what its fixed place says 0xffffffff of, in APPNOTE's order (4.5.3). */
export function encodeCentralHeader(record: ZipRecord, offset: number): Buffer {
  const zip64Sizes = hasZip64Sizes(record);
  const zip64Offset = offset >= MAX_UINT32;
  const values = [
    ...(zip64Sizes ? [record.sizeBytes, record.compressedBytes] : []),
    ...(zip64Offset ? [offset] : []),
  ];
  const extraBytes = values.length === 0 ? 0 : 4 + 8 * values.length;
  const header = Buffer.alloc(CENTRAL_HEADER_BYTES + record.nameBytes.length + extraBytes);
  header.writeUInt32LE(CENTRAL_HEADER_SIGNATURE, 0);
  header.writeUInt16LE(MADE_BY_UNIX | VERSION_ZIP64, 4);
  header.writeUInt16LE(values.length === 0 ? VERSION : VERSION_ZIP64, 6);
  header.writeUInt16LE(flagsOf(record), 8);
  header.writeUInt16LE(record.method, 10);
  header.writeUInt16LE(DOS_DATE, 14);
  header.writeUInt32LE(record.crc32, 16);
  header.writeUInt32LE(zip64Sizes ? MAX_UINT32 : record.compressedBytes, 20);
  header.writeUInt32LE(zip64Sizes ? MAX_UINT32 : record.sizeBytes, 24);
  header.writeUInt16LE(record.nameBytes.length, 28);
  header.writeUInt16LE(extraBytes, 30);
  header.writeUInt32LE(((record.unixMode << 16) | (isDirectory(record) ? 0x10 : 0)) >>> 0, 38);
  header.writeUInt32LE(zip64Offset ? MAX_UINT32 : offset, 42);
  header.set(record.nameBytes, CENTRAL_HEADER_BYTES);
  if (extraBytes > 0) writeZip64Extra(header, header.length - extraBytes, values);
  return header;
}

/** 4.3.14 to 4.3.16: the end of the central directory, with the zip64 records before it when a number does not fit. */
export function encodeEnd(directory: { entryCount: number; offset: number; sizeBytes: number }): Buffer {
  const { entryCount, offset, sizeBytes } = directory;
  const zip64 = entryCount >= MAX_UINT16 || offset >= MAX_UINT32 || sizeBytes >= MAX_UINT32;
  const start = zip64 ? ZIP64_END_BYTES + ZIP64_LOCATOR_BYTES : 0;
  const end = Buffer.alloc(start + END_BYTES);
  if (zip64) {
    end.writeUInt32LE(ZIP64_END_SIGNATURE, 0);
    end.writeBigUInt64LE(BigInt(ZIP64_END_BYTES - 12), 4);
    end.writeUInt16LE(MADE_BY_UNIX | VERSION_ZIP64, 12);
    end.writeUInt16LE(VERSION_ZIP64, 14);
    end.writeBigUInt64LE(BigInt(entryCount), 24);
    end.writeBigUInt64LE(BigInt(entryCount), 32);
    end.writeBigUInt64LE(BigInt(sizeBytes), 40);
    end.writeBigUInt64LE(BigInt(offset), 48);
    end.writeUInt32LE(ZIP64_LOCATOR_SIGNATURE, ZIP64_END_BYTES);
    end.writeBigUInt64LE(BigInt(offset + sizeBytes), ZIP64_END_BYTES + 8);
    end.writeUInt32LE(1, ZIP64_END_BYTES + 16);
  }
  end.writeUInt32LE(END_SIGNATURE, start);
  end.writeUInt16LE(Math.min(entryCount, MAX_UINT16), start + 8);
  end.writeUInt16LE(Math.min(entryCount, MAX_UINT16), start + 10);
  end.writeUInt32LE(Math.min(sizeBytes, MAX_UINT32), start + 12);
  end.writeUInt32LE(Math.min(offset, MAX_UINT32), start + 16);
  return end;
}

function flagsOf(record: ZipRecord): number {
  return FLAG_UTF8 | (record.streamed ? FLAG_DATA_DESCRIPTOR : 0);
}

function isDirectory(record: ZipRecord): boolean {
  return record.nameBytes.at(-1) === 0x2f;
}

function writeZip64Extra(header: Buffer, at: number, values: readonly number[]): void {
  header.writeUInt16LE(ZIP64_EXTRA_ID, at);
  header.writeUInt16LE(8 * values.length, at + 2);
  for (const [i, value] of values.entries()) header.writeBigUInt64LE(BigInt(value), at + 4 + 8 * i);
}
