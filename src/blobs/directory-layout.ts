import { join } from 'node:path';

/**
 * Where a blob lies under the root: `objects/runs+/42+/app.zip` for the key `runs/42/app.zip`. The `+`, which no key
 * can hold, marks folders, so that `runs/42` and `runs/42/app.zip` can both be blobs, as they can on S3.
 */
export interface DirectoryLayout {
  readonly root: string;
  readonly objects: string;
  /** Bodies on their way in, on the same file system as the objects so that a rename publishes them. */
  readonly incoming: string;
}

export function directoryLayout(root: string): DirectoryLayout {
  return { root, objects: join(root, 'objects'), incoming: join(root, 'incoming') };
}

const folderMark = '+';

/** The file of a checked key. */
export function fileOfKey(layout: DirectoryLayout, key: string): string {
  const segments = key.split('/');
  const name = segments.pop() ?? '';
  return join(layout.objects, ...segments.map((segment) => segment + folderMark), name);
}

/** The part of a key that a directory entry stands for: folders end in `/`; undefined for what is not ours. */
export function keyPartOfEntry(name: string, isFolder: boolean): string | undefined {
  if (isFolder) return name.endsWith(folderMark) ? `${name.slice(0, -folderMark.length)}/` : undefined;
  return name.endsWith(folderMark) ? undefined : name;
}
