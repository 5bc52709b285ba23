import { nearestTo } from '../nearest.ts';
import { quote } from '../yaml-path.ts';
import { type Fields, fieldsOf, flagOf, type Node, type Reader } from './read-node.ts';
import type { TravisKey } from './travis-key.ts';
import { keyAliases, travisKeys } from './travis-keys.ts';

/** Where keys stand: at the top of the file, in a job of `jobs`, or below a key of either. */
export type KeyPlace = 'file' | 'job' | 'jobs' | 'git' | 'addons';

/** What is said of all jobs together. */
const fileOnly = ['jobs', 'matrix', 'stages', 'branches', 'notifications', 'conditions', 'import', 'version'];

const rows = new Map(travisKeys.map((key) => [key.path, key]));

/** Says of each key that it is not carried out what follows from that, and of each that nobody knows that it is none. */
export function checkKeys(reader: Reader, fields: Fields, place: KeyPlace): void {
  for (const [key, node] of fields) {
    const row = rowOf(key, place);
    if (place === 'job' && fileOnly.includes(key)) {
      reader.warn(
        node,
        `${key} has no meaning in a job`,
        'nothing is made of it: it belongs at the top of the file',
      );
    } else if (row === undefined) tellUnknown(reader, key, node, place);
    else if (row.state === 'left out' && !(place === 'addons' && flagOf(node) === false))
      reader.warn(node, `${key} is not supported`, row.text);
  }
}

/** As `checkKeys`, for what stands below a key of the file. */
export function checkKeysBelow(
  reader: Reader,
  node: Node | undefined,
  place: 'git' | 'addons',
): Fields | undefined {
  const fields = node === undefined ? undefined : fieldsOf(node);
  if (fields === undefined) return undefined;
  checkKeys(reader, fields, place);
  return withoutAliases(fields, place);
}

/** The same under the names that are known here. */
export function withoutAliases(fields: Fields, place: KeyPlace): Map<string, Node> {
  const above = aboveOf(place);
  const known = new Map<string, Node>();
  for (const [key, node] of fields) {
    const name = keyAliases[`${above}${key}`]?.slice(above.length) ?? key;
    if (name === key || !fields.has(name)) known.set(name, node);
  }
  return known;
}

function rowOf(key: string, place: KeyPlace): TravisKey | undefined {
  const path = `${aboveOf(place)}${key}`;
  return rows.get(keyAliases[path] ?? path);
}

function tellUnknown(reader: Reader, key: string, node: Node, place: KeyPlace): void {
  // Where anchors are kept for the rest of the file.
  if (/^([_.]|x_)/.test(key)) return;
  const above = aboveOf(place);
  const names = [...rows.keys()]
    .filter((path) => path.startsWith(above))
    .map((path) => path.slice(above.length));
  const nearest = nearestTo(
    key,
    names.filter((name) => !name.includes('.')),
  );
  const hint =
    nearest === undefined ? 'nothing is made of it' : `did you mean ${nearest}? Nothing is made of it`;
  const where = above === '' ? 'a .travis.yml' : place;
  reader.warn(node, `no key of ${where} is called ${quote(key)}`, hint);
}

function aboveOf(place: KeyPlace): string {
  return place === 'file' || place === 'job' ? '' : `${place}.`;
}
