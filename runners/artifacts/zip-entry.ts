/**
 * One thing that goes into a zip. `name` is its path in the zip: relative, separated by `/`, without a slash at the end.
 * `path` is absolute. A directory is listed only when nothing else would make it, because it is empty.
 */
export type ZipEntry = FileEntry | ContentEntry | SymlinkEntry | DirectoryEntry;

export interface FileEntry {
  kind: 'file';
  name: string;
  path: string;
  mode: 0o644 | 0o755;
  /** Its size when it was found. Reading more or fewer bytes later is an error. */
  sizeBytes: number;
}

/** A file that the service itself puts in, which is on no disk. */
export interface ContentEntry {
  kind: 'content';
  name: string;
  mode: 0o644 | 0o755;
  content: Uint8Array;
}

export interface SymlinkEntry {
  kind: 'symlink';
  name: string;
  path: string;
  mode: 0o777;
  sizeBytes: number;
  target: string;
}

export interface DirectoryEntry {
  kind: 'directory';
  name: string;
  path: string;
  mode: 0o755;
  sizeBytes: 0;
}

/** By code units: the same on every machine and in every locale. */
export function compareNames(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
