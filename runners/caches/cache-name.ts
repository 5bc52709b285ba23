import { createHash } from 'node:crypto';

/** All that blobs of caches begin with. */
const root = 'caches';
const entryEnding = '.tar.zst';
const useEnding = '.used';
/** A change of the format of the entries changes this, and with it every name. */
const format = 1;
const longestKey = 200;

export type CacheKind = { paths: readonly string[]; os: string; arch: string };

/** Entries are only ever restored to the paths, and on the kind of machine, that they were made of. */
function versionOf({ paths, os, arch }: CacheKind): string {
  return digest(JSON.stringify([format, os, arch, paths])).slice(0, 16);
}

export function repositoryPrefix(repository: string): string {
  return `${root}/${bounded(repository)}/`;
}

/** Nothing when the key is too long. */
export function entryName(
  place: { repository: string; scope: string },
  key: string,
  kind: CacheKind,
): string | undefined {
  const encoded = encode(key);
  if (encoded.length > longestKey) return undefined;
  return `${scopePrefix(place)}${encoded}/${versionOf(kind)}${entryEnding}`;
}

/** What the names of all entries begin with whose key begins so. */
export function entriesPrefix(place: { repository: string; scope: string }, beginning: string): string {
  return `${scopePrefix(place)}${encode(beginning).slice(0, longestKey)}`;
}

export function isEntryOf(name: string, kind: CacheKind): boolean {
  return name.endsWith(`/${versionOf(kind)}${entryEnding}`);
}

export function isEntry(name: string): boolean {
  return name.endsWith(entryEnding);
}

/** The blob whose age tells when the entry was last restored. */
export function useName(entry: string): string {
  return `${entry.slice(0, -entryEnding.length)}${useEnding}`;
}

function scopePrefix({ repository, scope }: { repository: string; scope: string }): string {
  return `${repositoryPrefix(repository)}${bounded(scope)}/`;
}

/** Two texts never have one encoding, and what begins alike is encoded alike. A dot at the beginning is no plain dot. */
function encode(text: string): string {
  let encoded = '';
  for (const byte of Buffer.from(text)) {
    const character = String.fromCharCode(byte);
    const isPlain = /[a-zA-Z0-9-]/.test(character) || (character === '.' && encoded !== '');
    encoded += isPlain ? character : `_${byte.toString(16).padStart(2, '0')}`;
  }
  return encoded;
}

/** For what is only ever asked for whole: a long one ends with its digest. */
function bounded(text: string): string {
  const encoded = encode(text);
  return encoded.length <= 100 ? encoded : `${encoded.slice(0, 60)}_-${digest(text).slice(0, 32)}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
