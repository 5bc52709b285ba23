/** One header of a tar archive (POSIX.1-2017, pax, "ustar Interchange Format"). */
export type TarHeader = {
  /** `0` a file, `1` a hard link, `2` a symbolic link, `5` a directory; `L`, `K`, `x` and `g` say something of the next. */
  kind: string;
  name: string;
  mode: number;
  link: string;
  sizeBytes: number;
};

/** Undefined when the block is no header: its sum is not that of its bytes. */
export function readTarHeader(block: Buffer): TarHeader | undefined {
  if (block.length !== 512) return undefined;
  const sum = numberAt(block, 148, 8);
  let added = 8 * 0x20;
  for (let at = 0; at < 512; at += 1) added += at >= 148 && at < 156 ? 0 : (block[at] ?? 0);
  if (sum !== added) return undefined;
  const isUstar = textAt(block, 257, 6) === 'ustar';
  const prefix = isUstar ? textAt(block, 345, 155) : '';
  const name = textAt(block, 0, 100);
  const kind = textAt(block, 156, 1);
  return {
    kind: kind === '' ? '0' : kind,
    name: prefix === '' ? name : `${prefix}/${name}`,
    mode: numberAt(block, 100, 8) & 0o7777,
    link: textAt(block, 157, 100),
    sizeBytes: numberAt(block, 124, 12),
  };
}

export function isZeroBlock(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}

/** `27 path=some/long/name\n`, one after the other; the number counts the bytes of all of it. */
export function paxRecords(text: string): Partial<Record<string, string>> {
  const records: Partial<Record<string, string>> = {};
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    const blank = bytes.indexOf(0x20, at);
    const length = Number(bytes.toString('utf8', at, blank));
    if (blank < 0 || !Number.isInteger(length) || length <= 0) break;
    const record = bytes.toString('utf8', blank + 1, at + length - 1);
    const equals = record.indexOf('=');
    records[record.slice(0, equals)] = record.slice(equals + 1);
    at += length;
  }
  return records;
}

function textAt(block: Buffer, from: number, length: number): string {
  const end = block.indexOf(0, from);
  return block.toString('utf8', from, end < 0 ? from + length : Math.min(end, from + length));
}

/** In octal digits, or as GNU tar writes what has no room for them: the bytes themselves behind a first bit. */
function numberAt(block: Buffer, from: number, length: number): number {
  if (((block[from] ?? 0) & 0x80) === 0) {
    return Number.parseInt(textAt(block, from, length).trim() || '0', 8);
  }
  let value = (block[from] ?? 0) & 0x7f;
  for (let at = from + 1; at < from + length; at += 1) value = value * 256 + (block[at] ?? 0);
  return value;
}
