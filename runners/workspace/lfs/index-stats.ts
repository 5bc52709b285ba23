import { createHash } from 'node:crypto';

/** What git compares to tell whether a file was touched, as `stat(2)` has it. */
export type FileStats = {
  ctimeNs: bigint;
  mtimeNs: bigint;
  dev: bigint;
  ino: bigint;
  uid: bigint;
  gid: bigint;
  size: bigint;
};

const headerBytes = 12;
/** Ten numbers of 32 bits: times, device, inode, mode, owner, size. */
const statBytes = 40;

/**
 * An index in which these files are as it wants them, though their content is another than the object it names: what a
 * filter would have told git. Paths that it does not have are left out. Pure; throws for an index of another kind than
 * `git read-tree` writes. https://git-scm.com/docs/index-format
 */
export function withFileStats(
  index: Buffer,
  files: ReadonlyMap<string, FileStats>,
  objectFormat: 'sha1' | 'sha256',
): Buffer {
  const hashBytes = objectFormat === 'sha1' ? 20 : 32;
  const version = index.readUInt32BE(4);
  if (index.toString('latin1', 0, 4) !== 'DIRC' || version !== 2) {
    throw new Error(`an index of version ${version} is not one that read-tree writes`);
  }
  const changed = Buffer.from(index);
  const nameAt = statBytes + hashBytes + 2;
  let at = headerBytes;
  for (let left = index.readUInt32BE(8); left > 0; left -= 1) {
    const end = index.indexOf(0, at + nameAt);
    const stats = files.get(index.toString('utf8', at + nameAt, end));
    if (stats) writeStats(changed, at, stats);
    // One to eight NULs follow the name, up to a multiple of eight.
    at += (end - at + 8) & ~7;
  }
  const content = changed.subarray(0, changed.length - hashBytes);
  createHash(objectFormat).update(content).digest().copy(changed, content.length);
  return changed;
}

function writeStats(index: Buffer, at: number, stats: FileStats): void {
  const { ctimeNs, mtimeNs, dev, ino, uid, gid, size } = stats;
  const second = 1_000_000_000n;
  const times = [ctimeNs / second, ctimeNs % second, mtimeNs / second, mtimeNs % second];
  const write = (values: readonly bigint[], from: number) => {
    // Git keeps the low 32 bits.
    for (const [nth, value] of values.entries()) {
      index.writeUInt32BE(Number(BigInt.asUintN(32, value)), from + 4 * nth);
    }
  };
  write([...times, dev, ino], at);
  write([uid, gid, size], at + 28);
}
