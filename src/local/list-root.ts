import { readdirSync } from 'node:fs';

/** What lies in a folder, in the words that templates are chosen by: files, and folders with a `/` at the end. */
export function listRoot(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return [`${entry.name}/`];
    return entry.isFile() ? [entry.name] : [];
  });
}
