/**
 * `node test/reference/reference.ts [--write]`: the pages of the reference and the JSON Schema, made anew from the
 * definition of a pipeline file. Without `--write` it says which of them are not as they are to be.
 */
import { execFileSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipelineJsonSchema } from '../../pipelines/json-schema.ts';
import { referenceFiles } from '../../pipelines/reference/reference-files.ts';
import { referenceDirectory, schemaFile, staleFiles } from './stale-files.ts';

const stale = await staleFiles();
if (!process.argv.includes('--write')) {
  for (const file of stale)
    console.log(`${file} is not as it is to be: node test/reference/reference.ts --write`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  const pages = referenceFiles();
  for (const [name, text] of pages) await writeFile(join(referenceDirectory, name), text);
  await writeFile(schemaFile, JSON.stringify(pipelineJsonSchema(), null, 2));
  execFileSync('biome', ['format', '--write', schemaFile], { stdio: ['ignore', 'ignore', 'inherit'] });
  for (const file of await staleFiles()) await rm(file);
}
