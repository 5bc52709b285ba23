import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ParsedAppspec, parseAppspec } from '../appspec/parse-appspec.ts';
import type { BundleTree } from './bundle-tree.ts';

const names = ['appspec.yml', 'appspec.yaml'];
const maxSizeBytes = 1024 * 1024;

/** The appspec file of an extracted bundle, which must be a plain file at its top. */
export async function readAppspec(directory: string, tree: BundleTree): Promise<ParsedAppspec> {
  const name = names.find((each) => tree.get(each)?.kind === 'file');
  const problem = (file: string, message: string): ParsedAppspec => {
    return { ok: false, problems: [{ file, line: 1, column: 1, message }] };
  };
  if (name === undefined) {
    const wrapped = [...tree.keys()].find((path) => /^[^/]+\/appspec\.ya?ml$/.test(path));
    const hint = wrapped
      ? ` There is ${wrapped}: zip the contents of that directory, not the directory.`
      : '';
    return problem('appspec.yml', `The bundle has no appspec.yml at its top.${hint}`);
  }
  const content = await readFile(join(directory, name));
  if (content.length > maxSizeBytes) return problem(name, 'The file is larger than 1 MiB.');
  return parseAppspec(content.toString('utf8'), name);
}
