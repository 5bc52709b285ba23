import { ArtifactRefusal } from './artifact-refusal.ts';
import { nameConflict } from './name-conflict.ts';
import { corrupt, type ListedEntry } from './zip-directory.ts';
import * as format from './zip-format.ts';

export interface ExtractLimits {
  /** Entries of any kind. */
  maxFiles: number;
  /** Of all files together, unpacked. */
  maxBytes: number;
}

const STRONG_ENCRYPTION = 0x0040;
const MASKED_HEADERS = 0x2000;
/** Linux's PATH_MAX; a link's target cannot be longer. */
const MOST_LINK_BYTES = 4096;

/** Refuses a zip whose directory alone shows that unpacking it would be wrong, before anything is written. */
export function checkListedEntries(entries: readonly ListedEntry[], limits: ExtractLimits): void {
  let totalBytes = 0;
  for (const entry of entries) {
    checkName(entry);
    checkMethod(entry);
    totalBytes += entry.sizeBytes;
  }
  if (totalBytes > limits.maxBytes) {
    throw new ArtifactRefusal(
      'zip-too-large',
      `the zip unpacks to ${totalBytes} bytes, and the limit is ${limits.maxBytes}; make it smaller or raise the limit`,
    );
  }
  const conflict = nameConflict(entries);
  if (conflict !== undefined) {
    throw unsafe(conflict.name, `cannot be unpacked beside the entry ${JSON.stringify(conflict.with)}`);
  }
}

function checkName({ name }: ListedEntry): void {
  if (name.startsWith('/')) throw unsafe(name, 'is absolute');
  if (name.includes('\\')) throw unsafe(name, 'contains a backslash');
  if (name.includes('\0')) throw unsafe(name, 'contains a zero byte');
  const segments = name.split('/');
  if (segments.includes('..')) throw unsafe(name, 'contains ..');
  // "a//b" and "a/./b" are "a/b" to the file system, so that one file could come under two names.
  if (segments.includes('') || segments.includes('.')) throw unsafe(name, 'has an empty part or a . in it');
}

function checkMethod(entry: ListedEntry): void {
  const name = JSON.stringify(entry.name);
  if ((entry.flags & (format.FLAG_ENCRYPTED | STRONG_ENCRYPTION | MASKED_HEADERS)) !== 0) {
    throw new ArtifactRefusal(
      'zip-unsupported',
      `the zip's entry ${name} is encrypted; pack it without a password`,
    );
  }
  if (entry.method !== format.STORED && entry.method !== format.DEFLATED) {
    throw new ArtifactRefusal(
      'zip-unsupported',
      `the zip's entry ${name} is compressed by method ${entry.method}; only 0 (stored) and 8 (deflated) are read`,
    );
  }
  if (entry.method === format.STORED && entry.compressedBytes !== entry.sizeBytes) {
    throw corrupt(`${name} is stored, yet has two different sizes`);
  }
  if (entry.kind === 'directory' && entry.sizeBytes !== 0)
    throw corrupt(`the directory ${name} has contents`);
  if (entry.kind === 'symlink' && entry.sizeBytes > MOST_LINK_BYTES) {
    throw unsafe(entry.name, `is a link with a target of ${entry.sizeBytes} bytes`);
  }
}

export function unsafe(name: string, why: string): ArtifactRefusal {
  return new ArtifactRefusal(
    'zip-unsafe',
    `the zip's entry ${JSON.stringify(name)} ${why}, so the zip is not unpacked; pack it with plain relative names and links that stay inside`,
  );
}
