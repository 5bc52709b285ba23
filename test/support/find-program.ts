import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

// Debian keeps servers in directories that an ordinary user's PATH leaves out.
const serverDirectories = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The path of the first of these programs that is on this machine, or undefined. */
export function findProgram(...names: string[]): string | undefined {
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), ...serverDirectories];
  return names
    .flatMap((name) => directories.filter(Boolean).map((directory) => join(directory, name)))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
