import { constants } from 'node:fs';
import { lchown, open, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { AnchoredDirectory } from './anchored-directory.ts';
import type { Attributes, PlannedFile } from './plan-install.ts';

export type CopyFile = {
  readonly bundle: string;
  readonly file: PlannedFile;
  /** The directory that the file goes into. */
  readonly into: AnchoredDirectory;
  readonly attributes: Attributes;
  /** Name of the unfinished copy. Nothing stands there: what a crash left behind was removed. */
  readonly temporaryName: string;
};

/**
 * Puts one file or link of a bundle in its place. The copy gets its owner and mode through its descriptor
 * before it appears under its name, so nobody sees half a file, a file that is not theirs to see, or slips
 * another one under the change of owner. A link that stands in the place is replaced, never followed.
 */
export async function copyFile({ bundle, file, into, attributes, temporaryName }: CopyFile): Promise<void> {
  const source = join(bundle, file.source);
  const temporary = into.entry(temporaryName);
  try {
    if (file.kind === 'symlink') {
      await symlink(await readlink(source), temporary);
      if (attributes.uid !== undefined || attributes.gid !== undefined) {
        await lchown(temporary, attributes.uid ?? ownUid(), attributes.gid ?? ownGid());
      }
    } else {
      await copyContent(source, temporary, file.mode, attributes);
    }
    await rename(temporary, into.entry(posix.basename(file.destination)));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

const maxChunkBytes = 256 * 1024;

async function copyContent(source: string, temporary: string, mode: number, attributes: Attributes) {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  await using from = await open(source);
  await using to = await open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  const buffer = Buffer.allocUnsafe(Math.min(maxChunkBytes, (await from.stat()).size + 1));
  for (;;) {
    const { bytesRead } = await from.read(buffer);
    if (bytesRead === 0) break;
    await to.writeFile(buffer.subarray(0, bytesRead));
  }
  // The order matters: a change of owner clears the set-id bits.
  await to.chown(attributes.uid ?? ownUid(), attributes.gid ?? ownGid());
  await to.chmod(attributes.mode ?? mode);
}

const ownUid = () => process.geteuid?.() ?? 0;
const ownGid = () => process.getegid?.() ?? 0;
