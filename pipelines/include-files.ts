import { pathFault, tidyPath } from './pattern-fault.ts';
import type { Problem } from './problem.ts';
import { refuseWhole } from './problem-list.ts';
import { readYaml } from './read-yaml.ts';
import type { SourceMap } from './source-map.ts';
import { keyOfPath, type Origins } from './traced-map.ts';
import { quote, type YamlPath } from './yaml-path.ts';

/** Texts of other files of the repository at the same commit, by their paths. What is not there is not among them. */
export type IncludedFiles = ReadonlyMap<string, string>;

export const mostIncluded = 20;
export const deepestInclude = 5;
/** Of all included files together. */
const mostIncludedLength = 512 * 1024;

/** What an included file may say; everything else is the pipeline file's own to say. */
const sharedKeys = ['templates', 'jobs', 'env', 'deploy'];

type Values = Record<string, unknown>;

export type Included = {
  value: unknown;
  problems: Problem[];
  /** Whether a file could not be read at all, so that there is no telling what belongs together. */
  broken: boolean;
  /** The texts that were put in, in their order. */
  used: Map<string, string>;
};

/** Puts into the value of a pipeline file what the files say that it includes, and notes in `origins` where that stands. */
export function includeFiles(
  root: { value: unknown; map: SourceMap; file: string },
  files: IncludedFiles,
  origins: Origins,
): Included {
  const problems: Problem[] = [];
  const used = new Map<string, string>();
  const merged: Values = { ...valuesOf(root.value) };
  let broken = false;
  let length = 0;

  function include(value: unknown, map: SourceMap, way: readonly string[], line: () => number): void {
    for (const { path: file, at } of includesIn(value) ?? []) {
      const refuse = (message: string, expected: string) => {
        problems.push(map.problem({ path: at, message, expected }));
      };
      const text = files.get(file);
      if (way.includes(file)) refuse(`${quote(file)} includes itself`, 'files that end somewhere');
      else if (way.length > deepestInclude)
        refuse(`files ${way.length} deep`, `at most ${deepestInclude} that include one another`);
      else if (used.has(file)) continue;
      else if (text === undefined) {
        refuse(`no file ${quote(file)} in the repository`, 'the path of a file at this commit, from its top');
      } else if (used.size >= mostIncluded) refuse('too many files', `at most ${mostIncluded} in all`);
      else {
        length += text.length;
        if (length > mostIncludedLength) refuse('its files are too long together', 'at most 512 KiB in all');
        else take(text, file, [...way, file], way.length === 1 ? () => map.lineOf(at) : line);
      }
    }
  }

  function take(text: string, file: string, way: readonly string[], line: () => number): void {
    used.set(file, text);
    const refused = refuseWhole(text, file);
    const reading = refused === undefined ? readYaml(text, file) : undefined;
    problems.push(...(refused ? [refused] : []), ...(reading?.problems ?? []));
    if (reading === undefined || reading.broken) {
      broken = true;
      return;
    }
    const { value, map } = reading;
    const values = valuesOf(value);
    if (values === undefined) {
      if (value !== null)
        problems.push(map.problem({ path: [], message: 'no mapping', expected: sharedKeys.join(', ') }));
      return;
    }
    include(value, map, way, line);
    for (const [key, item] of Object.entries(values)) {
      if (key === 'include') continue;
      if (sharedKeys.includes(key)) share(key, item, map, line);
      else {
        const expected = `one of include, ${sharedKeys.join(', ')}: the rest stands in ${root.file}`;
        const message = `${quote(key)} in a file that is included`;
        problems.push(map.problem({ path: [key], atKey: true, message, expected }));
      }
    }
  }

  function share(key: string, value: unknown, map: SourceMap, line: () => number): void {
    const named = valuesOf(value);
    if (named === undefined) {
      problems.push(
        map.problem({ path: [key], message: 'no mapping', expected: `names, each with its ${key}` }),
      );
      return;
    }
    const known: Values = { ...valuesOf(merged[key]) };
    for (const [name, item] of Object.entries(named)) {
      const path = [key, name];
      if (Object.hasOwn(known, name)) {
        const message = `${quote(name)} is in another file, too`;
        problems.push(map.problem({ path, atKey: true, message, expected: 'each name in one file' }));
        continue;
      }
      known[name] = item;
      origins.set(keyOfPath(path), { map: { ...map, lineOf: line }, path });
    }
    merged[key] = known;
  }

  const values = valuesOf(root.value);
  if (values === undefined || includesIn(root.value) === undefined) {
    return { value: root.value, problems, broken, used };
  }
  include(root.value, root.map, [root.file], () => 1);
  // What they are was settled here; a list that is none is left for the shape to object to.
  delete merged['include'];
  return { value: merged, problems, broken, used };
}

/** The files that a text includes itself; what cannot be read includes none. */
function includesOf(text: string, file: string): string[] {
  // Hardly any file does, and reading it twice takes time.
  if (!text.includes('include') || refuseWhole(text, file) !== undefined) return [];
  return (includesIn(readYaml(text, file).value) ?? []).map(({ path }) => path);
}

type Read<Found> = (paths: readonly string[]) => Found;

/**
 * All files that a pipeline file includes, directly or by way of others, as far as they are there. `read` answers with
 * the texts of those paths that are files of the commit.
 */
export async function collectIncluded(text: string, file: string, read: Read<Promise<IncludedFiles>>) {
  const collecting = collect(text, file);
  let next = collecting.next();
  while (!next.done) next = collecting.next(await read(next.value));
  return next.value;
}

/** As `collectIncluded`, where files can be read at once. */
export function collectIncludedNow(text: string, file: string, read: Read<IncludedFiles>) {
  const collecting = collect(text, file);
  let next = collecting.next();
  while (!next.done) next = collecting.next(read(next.value));
  return next.value;
}

function* collect(
  text: string,
  file: string,
): Generator<readonly string[], Map<string, string>, IncludedFiles> {
  const collected = new Map<string, string>();
  let wanted = includesOf(text, file);
  for (let depth = 0; wanted.length > 0 && depth <= deepestInclude; depth += 1) {
    const fresh = [...new Set(wanted)].filter((path) => !collected.has(path));
    const found = yield fresh.slice(0, mostIncluded + 1 - collected.size);
    for (const [path, content] of found) collected.set(path, content);
    wanted =
      collected.size > mostIncluded ? [] : [...found].flatMap(([path, content]) => includesOf(content, path));
  }
  return collected;
}

/** The paths under `include`, each with its place; undefined when there is no `include` or something else is in it. */
function includesIn(value: unknown): { path: string; at: YamlPath }[] | undefined {
  const include = valuesOf(value)?.['include'];
  const list = typeof include === 'string' ? [include] : include;
  if (!Array.isArray(list) || list.length === 0 || list.length > mostIncluded) return undefined;
  const paths = list.flatMap((path: unknown, index) =>
    typeof path === 'string' && includeFault(path) === undefined
      ? [{ path: tidyPath(path), at: typeof include === 'string' ? ['include'] : ['include', index] }]
      : [],
  );
  return paths.length === list.length ? paths : undefined;
}

/** What is wanted instead of the path of a file to include, or undefined when it is good. */
export function includeFault(path: string): string | undefined {
  if (path.includes('://')) return 'a file of this repository: nothing is fetched from elsewhere';
  const fault = pathFault(path, { globs: false });
  return fault ?? (/\.ya?ml$/.test(path) ? undefined : 'a file whose name ends in .yml or .yaml');
}

function valuesOf(value: unknown): Values | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : undefined;
}
