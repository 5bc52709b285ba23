import { cachePathFault } from '../cache-key.ts';
import { tidyPath } from '../pattern-fault.ts';
import type { Assignment } from './shell-words.ts';

export type CachedPlace = { path: string } | { why: string };

/** Where the machines of Travis have home directory and repository: https://docs.travis-ci.com/user/environment-variables/. */
const travisHome = '/home/travis';

/** `$HOME/.gradle/caches/` → `~/.gradle/caches`, `$TRAVIS_BUILD_DIR/lib` → `lib`; or why it can be no path of a cache. */
export function cachedPath(written: string, variables: readonly Assignment[]): CachedPlace {
  const { text: expanded, unknown } = expand(written, variables, mostDepth);
  if (unknown !== undefined) return { why: `the file does not say what ${unknown} is` };
  if (/[$`*?[{]/.test(expanded)) return { why: 'it is a pattern, and only one directory can be named' };
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

/** Variables of the file may be made of others. */
const mostDepth = 5;

function expand(
  written: string,
  variables: readonly Assignment[],
  depth: number,
): { text: string; unknown: string | undefined } {
  let unknown: string | undefined;
  const text = written.replaceAll(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced?: string, plain?: string) => {
    const name = braced ?? plain ?? '';
    const found = variables.findLast((each) => each.name === name);
    if (found?.value !== undefined) return found.value;
    if (name === 'HOME') return '~';
    if (name === 'TRAVIS_BUILD_DIR') return '.';
    const inner = depth > 0 && found ? expand(unquoted(found.written), variables, depth - 1) : undefined;
    if (inner === undefined || inner.unknown !== undefined) unknown ??= inner?.unknown ?? whole;
    return inner?.text ?? '';
  });
  return { text, unknown };
}

function unquoted(written: string): string {
  return /^"([^"\\]*)"$/.exec(written)?.[1] ?? written;
}
