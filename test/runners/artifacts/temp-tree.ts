import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** What to make of a name: text or bytes is a file, `null` an empty directory, `{ link }` a link, `{ script }` an executable. */
export type Tree = Record<string, string | Uint8Array | null | { link: string } | { script: string }>;

/** An empty directory that is gone after the test. */
export function tempDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'artifacts-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export function makeTree(tree: Tree, root = tempDirectory()): string {
  for (const [name, content] of Object.entries(tree)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    if (content === null) mkdirSync(path, { recursive: true });
    else if (typeof content === 'string' || content instanceof Uint8Array) writeFileSync(path, content);
    else if ('link' in content) symlinkSync(content.link, path);
    else {
      writeFileSync(path, content.script);
      chmodSync(path, 0o755);
    }
  }
  return root;
}
