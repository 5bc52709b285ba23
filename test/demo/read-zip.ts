import { crc32, inflateRawSync } from 'node:zlib';

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const endBytes = 22;
const stored = 0;

/**
 * The files in a zip, by name, read after the specification (PKWARE APPNOTE, sections 4.3.7 to 4.3.16) and not with
 * the product's own reader, since this is what checks the product. Small zips only: no zip64, all in memory. Throws when
 * anything does not fit, the checksums of the contents included.
 */
export function readZip(zip: Buffer): Map<string, Buffer> {
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || zip.length - end < endBytes || zip.readUInt32LE(end) !== endSignature) {
    throw new Error('this is no zip: it has no end of a central directory');
  }
  const count = zip.readUInt16LE(end + 10);
  const files = new Map<string, Buffer>();
  let at = zip.readUInt32LE(end + 16);
  for (let entry = 0; entry < count; entry += 1) {
    if (zip.readUInt32LE(at) !== entrySignature) throw new Error(`entry ${entry} of the zip is damaged`);
    const nameBytes = zip.readUInt16LE(at + 28);
    const name = zip.toString('utf8', at + 46, at + 46 + nameBytes);
    if (!name.endsWith('/')) files.set(name, contentOf(zip, at, name));
    at += 46 + nameBytes + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return files;
}

function contentOf(zip: Buffer, entry: number, name: string): Buffer {
  const packedBytes = zip.readUInt32LE(entry + 20);
  const local = zip.readUInt32LE(entry + 42);
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const packed = zip.subarray(start, start + packedBytes);
  const content = zip.readUInt16LE(entry + 10) === stored ? packed : inflateRawSync(packed);
  if (content.length !== zip.readUInt32LE(entry + 24) || crc32(content) !== zip.readUInt32LE(entry + 16)) {
    throw new Error(`${name} in the zip is not what its checksum says`);
  }
  return content;
}
