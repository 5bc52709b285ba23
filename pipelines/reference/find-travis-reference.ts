import { keyAliases, travisKeys } from '../travis/travis-keys.ts';
import { anchorOf } from './reference-page.ts';

/** The name of the page of all keys of a `.travis.yml`. */
export const travisPageName = 'travis';

const paths = new Set(travisKeys.map(({ path }) => path));

/**
 * The page about the keys of a `.travis.yml` at the row of the one that a path leads to, or of the nearest one above it:
 * `travis#deployonbranch` for `jobs.include[2].deploy[0].on.branch`.
 */
export function findTravisReference(path: string): string {
  const parts = Array.from(path.matchAll(/\["(?:[^"\\]|\\.)*"\]|\[\d+\]|[^.[\]]+/g), ([part]) => part)
    .filter((part) => !part.startsWith('['))
    .map((part) => part.toLowerCase().replaceAll('-', '_'));
  const found = nearest(parts);
  return found === undefined ? travisPageName : `${travisPageName}#${anchorOf(found)}`;
}

function nearest(parts: readonly string[]): string | undefined {
  const [first = '', second = '', third, fourth] = parts;
  // A job of its own has the keys of the file, and each channel those of all of them.
  if (first === 'jobs' || first === 'matrix') {
    const inJob = third === undefined ? undefined : nearest(parts.slice(2));
    if (inJob !== undefined && /^(include|exclude|allow(ed)?_failures)$/.test(second)) return inJob;
  }
  if (first === 'notifications' && third !== undefined && fourth === undefined) {
    const ofAll = `${first}.${third}`;
    if (!paths.has(`${first}.${second}.${third}`) && paths.has(ofAll)) return ofAll;
  }
  for (let length = parts.length; length > 0; length -= 1) {
    const path = named(parts.slice(0, length));
    if (paths.has(path)) return path;
  }
  return undefined;
}

/** Under the name that the page has, whichever of its names stands in the file. */
function named(parts: readonly string[]): string {
  return parts.reduce((above, part) => {
    const path = above === '' ? part : `${above}.${part}`;
    return keyAliases[path] ?? path;
  }, '');
}
