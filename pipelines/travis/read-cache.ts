import { createHash } from 'node:crypto';
import type { CacheDefinition } from '../pipeline.ts';
import { quote } from '../yaml-path.ts';
import { type CacheKind, cacheKinds, kindsOf } from './cache-kinds.ts';
import { type CachedPlace, cachedPath } from './cached-path.ts';
import type { Language } from './language.ts';
import { type Fields, fieldsOf, flagOf, itemsOf, type Node, type Reader, textOf } from './read-node.ts';
import type { Assignment } from './shell-words.ts';

/** What a job keeps for the jobs after it, and the lines that have its tools keep their files there. */
export type JobCache = { caches: CacheDefinition[]; lines: string[] };

export type CachedJob = {
  fields: Fields;
  language: Language;
  /** Of the language; what tells the jobs of a matrix apart, as at Travis, with the variables. */
  version: string;
  image: string;
  variables: readonly Assignment[];
};

const ignored = ['edge', 'timeout', 'branch'];

/**
 * `cache` of a job: one cache for each branch and each of language, version and variables. Who may read whose is decided
 * as for any cache (a pull request reads its base branch's, all read the default branch's), which is what Travis does.
 */
export function readCache(reader: Reader, job: CachedJob): JobCache {
  const { fields, language, version, image, variables } = job;
  const node = fields.get('cache');
  const wanted = node === undefined ? usual(language) : read(reader, node, language);
  const kinds = wanted.kinds.map((name) => cacheKinds[name]).filter((kind) => kind !== undefined);
  const places = wanted.directories.map((item) => placeOf(reader, item, variables));
  const paths = outermost([...kinds.flatMap((kind) => kind.paths), ...places.flat()]);
  if (paths.length === 0) return { caches: [], lines: [] };
  const told = variables.map(({ name, written }) => [name, written]);
  const digest = createHash('sha256')
    .update(JSON.stringify([image, told]))
    .digest('hex')
    .slice(0, 8);
  const key = ['travis', language.name, version.replaceAll(/[^\w.]+/g, '-').replace(/-$/, ''), digest].join(
    '-',
  );
  return {
    caches: [{ key, fallback: [], paths, save: 'changed' }],
    lines: kinds.flatMap((kind) => linesOf(kind, variables)),
  };
}

type Wanted = { kinds: string[]; directories: Node[] };

/** npm's own cache is kept without a word, as at Travis since 2019. */
function usual({ name }: Language): Wanted {
  return { kinds: name === 'node_js' ? ['npm'] : [], directories: [] };
}

function read(reader: Reader, node: Node, language: Language): Wanted {
  const flag = flagOf(node);
  if (flag !== undefined) return { kinds: flag ? kindsOf(language.name) : [], directories: [] };
  const wanted: Wanted = { kinds: [], directories: [] };
  for (const item of itemsOf(node)) {
    const fields = fieldsOf(item);
    const text = textOf(reader, item);
    if (fields) readMapping(reader, fields, wanted);
    else if (text !== undefined) addKind(reader, item, text.toLowerCase(), wanted);
  }
  // Of a mapping that has no word of it, too, unless it says no.
  const isOff = itemsOf(node).some((item) => fieldsOf(item)?.has('npm'));
  return { ...wanted, kinds: [...new Set([...wanted.kinds, ...(isOff ? [] : usual(language).kinds)])] };
}

function readMapping(reader: Reader, fields: Fields, wanted: Wanted): void {
  for (const [key, field] of fields) {
    if (ignored.includes(key)) continue;
    if (key === 'directories') wanted.directories.push(...itemsOf(field));
    else if (flagOf(field) !== false) addKind(reader, field, key, wanted);
  }
}

const refused: Readonly<Record<string, string>> = {
  apt: 'packages are fetched anew: they lie outside of the directories that a cache may hold',
  cocoapods: 'there is no macOS: nothing is kept of it',
  packages: 'there is no R in the image: nothing is kept of it',
};

function addKind(reader: Reader, node: Node, name: string, wanted: Wanted): void {
  if (Object.hasOwn(cacheKinds, name)) wanted.kinds.push(name);
  else if (Object.hasOwn(refused, name))
    reader.warn(node, `cache: ${name} is not supported`, refused[name] ?? '');
  else {
    const known = [...Object.keys(cacheKinds), 'directories'].join(', ');
    reader.warn(node, `nothing that is cached is called ${quote(name)}`, `one of ${known}`);
  }
}

function placeOf(reader: Reader, node: Node, variables: readonly Assignment[]): string[] {
  const text = textOf(reader, node);
  const found: CachedPlace = text === undefined ? { why: 'no path' } : cachedPath(text, variables);
  if ('path' in found) return [found.path];
  const what = text === undefined ? 'a directory' : text;
  reader.warn(node, `${what} is not cached: ${found.why}`, 'a directory below $HOME or of the repository');
  return [];
}

/** Sorted, and without what lies in another of them. */
function outermost(paths: readonly string[]): string[] {
  const all = [...new Set(paths)].sort();
  return all.filter((path) => !all.some((other) => path.startsWith(`${other}/`)));
}

/** What the file sets itself stands. */
function linesOf({ variables }: CacheKind, given: readonly Assignment[]): string[] {
  return Object.entries(variables ?? {})
    .filter(([name]) => !given.some((each) => each.name === name))
    .map(([name, value]) => `export ${name}="${value}"`);
}
