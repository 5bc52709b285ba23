/**
 * Headers of a tar archive (POSIX.1-2017, pax, "ustar Interchange Format"). Owner and time are the same for every entry; what
 * a header has no room for stands in a pax record before it.
 */
export type TarRecord = {
  kind: 'file' | 'symlink' | 'directory';
  /** Without a slash at the end. */
  name: string;
  mode: number;
  sizeBytes: number;
  /** Of a symbolic link. */
  target?: string;
};

const BLOCK_BYTES = 512;
const NAME_BYTES = 100;
/** Eleven octal digits. */
const MOST_OCTAL_BYTES = 8 * 2 ** 30 - 1;
/** 1980-01-01, the day of the entries of a zip; GNU tar warns of files from 1970. */
const MTIME_SECONDS = 315_532_800;

const typeFlags = { file: '0', symlink: '2', directory: '5' } as const;

/** The header of one entry, with the pax record that it may need before it. */
export function encodeTarHeader({ kind, name, mode, sizeBytes, target = '' }: TarRecord): Buffer {
  const path = kind === 'directory' ? `${name}/` : name;
  const records = [
    ...(fits(path) ? [] : [paxRecord('path', path)]),
    ...(fits(target) ? [] : [paxRecord('linkpath', target)]),
    ...(sizeBytes <= MOST_OCTAL_BYTES ? [] : [paxRecord('size', String(sizeBytes))]),
  ];
  const header = block({ path, mode, sizeBytes, target, type: typeFlags[kind] });
  if (records.length === 0) return header;
  const pax = Buffer.concat(records);
  const before = block({ path: 'PaxHeader', mode: 0o644, sizeBytes: pax.length, target: '', type: 'x' });
  return Buffer.concat([before, pax, tarPadding(pax.length), header]);
}

/** What fills the last block of an entry's data. */
export function tarPadding(sizeBytes: number): Buffer {
  return Buffer.alloc((BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES);
}

/** Two empty blocks. */
export const tarEnd = Buffer.alloc(2 * BLOCK_BYTES);

type Fields = { path: string; mode: number; sizeBytes: number; target: string; type: string };

function block({ path, mode, sizeBytes, target, type }: Fields): Buffer {
  const header = Buffer.alloc(BLOCK_BYTES);
  header.set(Buffer.from(path).subarray(0, NAME_BYTES), 0);
  header.write(octal(mode, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(sizeBytes <= MOST_OCTAL_BYTES ? sizeBytes : 0, 11), 124);
  header.write(octal(MTIME_SECONDS, 11), 136);
  header.write(type, 156);
  header.set(Buffer.from(target).subarray(0, NAME_BYTES), 157);
  header.write('ustar\u000000', 257);
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\0 `, 148);
  return header;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

/** Names beyond ASCII are UTF-8 in pax records, and in nobody's rules elsewhere. */
function fits(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text) && text.length <= NAME_BYTES;
}

/** `<length> <key>=<value>\n`, where the length counts itself. */
function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`);
  let length = rest.length;
  while (length !== rest.length + String(length).length) length = rest.length + String(length).length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}
