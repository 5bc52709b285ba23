import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ZodType } from 'zod';
import { hasCode } from './system-error.ts';

/** Replaces a file in one piece; when this resolves, the new content survives a loss of power. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const temporary = `${path}.new`;
  {
    await using file = await open(temporary, 'w', 0o600);
    await file.writeFile(`${JSON.stringify(value)}\n`);
    await file.sync();
  }
  await rename(temporary, path);
  await using directory = await open(dirname(path), 'r');
  await directory.sync();
}

/** `undefined` when the file does not exist. A file that is not what was written is an outage and throws. */
export async function readJson<T>(path: string, schema: ZodType<T>): Promise<T | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  return schema.parse(JSON.parse(text), { error: () => `in ${path}` });
}
