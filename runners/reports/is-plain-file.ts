import { lstatSync } from 'node:fs';
import { join } from 'node:path';

/** Whether that is a regular file of the workspace, behind no link: what a link leads to is none of the job's business. */
export function isPlainFile(root: string, name: string): boolean {
  const segments = name.split('/');
  return segments.every((_, index) => {
    const found = lookAt(join(root, ...segments.slice(0, index + 1)));
    return index === segments.length - 1 ? found?.isFile() === true : found?.isDirectory() === true;
  });
}

/** A name may be anything, too long for a path among it. */
function lookAt(path: string) {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
