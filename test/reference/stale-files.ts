import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { pipelineJsonSchema } from '../../pipelines/json-schema.ts';
import { referenceFiles } from '../../pipelines/reference/reference-files.ts';

export const referenceDirectory = fileURLToPath(new URL('../../docs/reference', import.meta.url));
export const schemaFile = fileURLToPath(new URL('../../docs/hookline.schema.json', import.meta.url));

/** The files that are missing, not as they are to be, or there for no key any more. */
export async function staleFiles(): Promise<string[]> {
  const wanted = referenceFiles();
  const found = await readdir(referenceDirectory).catch(() => []);
  const stale = [...new Set([...wanted.keys(), ...found])].map(async (name) => {
    const file = join(referenceDirectory, name);
    const text = await readFile(file, 'utf8').catch(() => undefined);
    return text !== undefined && text === wanted.get(name) ? [] : [file];
  });
  const schema = await readFile(schemaFile, 'utf8').then(JSON.parse, () => undefined);
  const isSame = isDeepStrictEqual(schema, JSON.parse(JSON.stringify(pipelineJsonSchema())));
  return [...(await Promise.all(stale)).flat(), ...(isSame ? [] : [schemaFile])];
}
