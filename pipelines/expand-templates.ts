import { nearestTo } from './nearest.ts';
import type { Finding, SourceMap } from './source-map.ts';
import { keyOfPath, type Origin, type Origins, originOf } from './traced-map.ts';
import { quote, type YamlPath } from './yaml-path.ts';

/** Longer chains are no help to whoever reads the file. */
const deepestExtends = 10;
/** Of all that jobs take from templates, written out. */
const mostExpandedLength = 1024 * 1024;
/** Of these, what a template and a job say is put together by name; of every other key the nearest one stands. */
const joinedKeys = ['env', 'services'];

/** By one job or template. */
export const mostExtended = 20;

type Values = Record<string, unknown>;
type Part = { value: unknown; origin: Origin };
/** Key by key where it stands; of joined keys, name by name. */
type Parts = Map<string, Part | Map<string, Part>>;

export type Expanded = { value: unknown; findings: Finding[] };

/**
 * Puts into each job what the templates say that it `extends`, and notes in `origins` where it was written.
 * What is wrong with `extends` stays as it is, for the shape to object to.
 */
export function expandTemplates(value: unknown, map: SourceMap, origins: Origins): Expanded {
  const root = valuesOf(value);
  const jobs = valuesOf(root?.['jobs']);
  if (root === undefined || jobs === undefined) return { value, findings: [] };
  const findings: Finding[] = [];
  const reader: Reader = {
    templates: valuesOf(root['templates']) ?? {},
    known: new Map(),
    findings,
    told: new Set(),
    originOf: (path) => originOf(map, origins, path),
  };
  let leftLength = mostExpandedLength;
  const expanded = Object.entries(jobs).map(([name, job]): [string, unknown] => {
    const own = valuesOf(job);
    const path = ['jobs', name];
    if (own === undefined || namesOf(own['extends']) === undefined || leftLength < 0) return [name, job];
    const { parts } = composed(reader, own, path);
    leftLength -= JSON.stringify(plainOf(parts, () => {})).length;
    if (leftLength < 0) {
      tell(reader, [...path, 'extends'], 'jobs take too much from templates', 'at most 1 MiB in all');
      return [name, job];
    }
    const note = (at: YamlPath, origin: Origin) => void origins.set(keyOfPath([...path, ...at]), origin);
    return [name, plainOf(parts, note)];
  });
  return { value: { ...root, jobs: Object.fromEntries(expanded) }, findings };
}

/** `depth`: how many templates stand behind one another. */
type Composed = { parts: Parts; depth: number };

type Reader = {
  templates: Values;
  /** What templates come to; undefined while that is being found out. */
  known: Map<string, Composed | undefined>;
  findings: Finding[];
  /** What was said: many jobs extend the same template. */
  told: Set<string>;
  originOf(path: YamlPath): Origin;
};

/** What a job or template comes to, with all that it extends. */
function composed(reader: Reader, own: Values, path: YamlPath): Composed {
  const parts: Parts = new Map();
  let depth = 0;
  for (const { name, at } of namesOf(own['extends']) ?? []) {
    const template = templateOf(reader, name, [...path, 'extends', ...at]);
    if (template === undefined) continue;
    depth = Math.max(depth, template.depth + 1);
    join(parts, template.parts);
  }
  if (depth > deepestExtends) {
    const expected = `at most ${deepestExtends} that extend one another`;
    tell(reader, [...path, 'extends'], `${depth} templates behind one another`, expected);
    return { parts: new Map(), depth: 0 };
  }
  join(parts, partsOf(reader, own, path));
  return { parts, depth };
}

function templateOf(reader: Reader, name: string, place: YamlPath): Composed | undefined {
  if (!Object.hasOwn(reader.templates, name)) {
    tell(reader, place, `no template ${quote(name)}`, knownTemplates(reader, name));
    return undefined;
  }
  // One that is no mapping is told of by the shape.
  const own = valuesOf(reader.templates[name]);
  if (own === undefined) return undefined;
  if (reader.known.has(name)) {
    const known = reader.known.get(name);
    if (known === undefined) {
      tell(reader, place, `template ${quote(name)} extends itself`, 'templates that end somewhere');
    }
    return known;
  }
  reader.known.set(name, undefined);
  const template = composed(reader, own, ['templates', name]);
  reader.known.set(name, template);
  return template;
}

function partsOf(reader: Reader, own: Values, path: YamlPath): Parts {
  const parts: Parts = new Map();
  for (const [key, value] of Object.entries(own)) {
    if (key === 'extends') continue;
    const at = [...path, key];
    const named = joinedKeys.includes(key) ? valuesOf(value) : undefined;
    if (named === undefined) parts.set(key, { value, origin: reader.originOf(at) });
    else {
      const items = Object.entries(named).map(([name, item]): [string, Part] => [
        name,
        { value: item, origin: reader.originOf([...at, name]) },
      ]);
      parts.set(key, new Map(items));
    }
  }
  return parts;
}

/** Lays the nearer parts over those that are farther away. */
function join(parts: Parts, nearer: Parts): Parts {
  for (const [key, part] of nearer) {
    const known = parts.get(key);
    const both = known instanceof Map && part instanceof Map;
    parts.set(key, both ? new Map([...known, ...part]) : part);
  }
  return parts;
}

function plainOf(parts: Parts, note: (at: YamlPath, origin: Origin) => void): Values {
  const values: Values = Object.create(null);
  for (const [key, part] of parts) {
    if (!(part instanceof Map)) {
      note([key], part.origin);
      values[key] = part.value;
      continue;
    }
    const named: Values = Object.create(null);
    for (const [name, { value, origin }] of part) {
      note([key, name], origin);
      named[name] = value;
    }
    values[key] = named;
  }
  return values;
}

function tell(reader: Reader, path: YamlPath, message: string, expected: string): void {
  const key = `${keyOfPath(path)} ${message}`;
  if (reader.told.has(key)) return;
  reader.told.add(key);
  reader.findings.push({ path, message, expected });
}

function knownTemplates({ templates }: Reader, name: string): string {
  const known = Object.keys(templates);
  const nearest = nearestTo(name, known);
  if (nearest !== undefined) return `did you mean ${quote(nearest)}?`;
  return known.length === 0
    ? 'templates, with what jobs have in common'
    : `one of ${known.slice(0, 20).join(', ')}`;
}

/** The templates that are extended, each with its place below `extends`; undefined for what names none. */
function namesOf(value: unknown): { name: string; at: YamlPath }[] | undefined {
  if (typeof value === 'string') return [{ name: value, at: [] }];
  if (!Array.isArray(value) || value.length === 0 || value.length > mostExtended) return undefined;
  const names = value.map((name: unknown, index) => ({ name, at: [index] }));
  return names.every((each): each is { name: string; at: number[] } => typeof each.name === 'string')
    ? names
    : undefined;
}

function valuesOf(value: unknown): Values | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : undefined;
}
