import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The folder at or above this one that git keeps a working tree in; undefined when there is none. */
export function findWorkingTree(from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    // A file in linked working trees and in submodules.
    if (existsSync(join(folder, '.git'))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}
