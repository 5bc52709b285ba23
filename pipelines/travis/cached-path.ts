import { cachePathFault } from '../cache-key.ts';
import { tidyPath } from '../pattern-fault.ts';
import { expandVariables } from './expand-variables.ts';
import type { Assignment } from './shell-words.ts';

export type CachedPlace = { path: string } | { why: string };

/** Where the machines of Travis have home directory and repository: https://docs.travis-ci.com/user/environment-variables/. */
const travisHome = '/home/travis';

/** `$HOME/.gradle/caches/` → `~/.gradle/caches`, `$TRAVIS_BUILD_DIR/lib` → `lib`; or why it can be no path of a cache. */
export function cachedPath(written: string, variables: readonly Assignment[]): CachedPlace {
  const expanded = expandVariables(written, variables, { HOME: '~', TRAVIS_BUILD_DIR: '.' });
  const [unknown] = /\$\{?\w*\}?|`/.exec(expanded) ?? [];
  if (unknown !== undefined) return { why: `the file does not say what ${unknown} is` };
  if (/[*?[{]/.test(expanded)) return { why: 'it is a pattern, and only one directory can be named' };
  const here = expanded
    .replace(new RegExp(`^${travisHome}/build/[^/]+/[^/]+(?=/|$)`), '.')
    .replace(new RegExp(`^${travisHome}(?=/|$)`), '~');
  if (here.startsWith('/')) return { why: 'it lies outside of the home directory and the repository' };
  const path = here.startsWith('~/') ? `~/${tidyPath(here.slice(2))}` : tidyPath(here);
  const fault = cachePathFault(path);
  if (fault === undefined) return { path };
  const isWhole = path === '.' || path === '~' || path === '~/.';
  return { why: isWhole ? 'it is all of it, and not a directory below' : 'it is no such path' };
}
