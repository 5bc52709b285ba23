import { ArtifactRefusal } from './artifact-refusal.ts';

/** A path or glob from the root of the workspace, cut at its slashes. No segments: the whole workspace. */
export interface Pattern {
  text: string;
  segments: readonly string[];
}

/**
 * Where a set of patterns stands at one path of a tree: `owners` are those that take the path and all below it,
 * `open` those that may still match something deeper, with the segments they have come to.
 */
export interface Standing {
  owners: readonly number[];
  open: readonly { pattern: number; at: number }[];
}

/**
 * `*` is any run of characters of one name, `?` one of them, `**` any number of directories; everything else stands for
 * itself, `[` and `{` too, since web frameworks name files so. Names that begin with a dot are names like any other.
 */
export function parsePattern(text: string): Pattern {
  const segments = text.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (text === '' || text.startsWith('/') || segments.includes('..') || text.includes('\0')) {
    throw new ArtifactRefusal(
      'pattern-outside',
      `the artifact path ${JSON.stringify(text)} does not lie in the workspace; write it relative to the workspace's root, without ..`,
    );
  }
  return { text, segments: segments.filter((segment, i) => segment !== '**' || segments[i - 1] !== '**') };
}

export function standingAtRoot(patterns: readonly Pattern[]): Standing {
  const owners = patterns.flatMap((pattern, index) => (pattern.segments.length === 0 ? [index] : []));
  return { owners, open: patterns.flatMap((pattern, index) => arriveAt(pattern, index, 0)) };
}

/** How things stand one level deeper, at the child called `name`. */
export function standingBelow(patterns: readonly Pattern[], standing: Standing, name: string): Standing {
  if (standing.open.length === 0) return standing;
  const owners = new Set(standing.owners);
  const open = new Map<string, { pattern: number; at: number }>();
  for (const { pattern: index, at } of standing.open) {
    const pattern = patterns[index];
    const segment = pattern?.segments[at];
    if (pattern === undefined || segment === undefined || owners.has(index)) continue;
    if (segment !== '**' && !matchesName(segment, name)) continue;
    if (at + 1 === pattern.segments.length) owners.add(index);
    else
      for (const place of arriveAt(pattern, index, segment === '**' ? at : at + 1))
        open.set(`${place.pattern}:${place.at}`, place);
  }
  return { owners: [...owners], open: [...open.values()].filter(({ pattern }) => !owners.has(pattern)) };
}

/** `**` may stand for no directory at all, so whoever comes to it has come to the segment behind it too. */
function arriveAt(pattern: Pattern, index: number, at: number): { pattern: number; at: number }[] {
  const places = at < pattern.segments.length ? [{ pattern: index, at }] : [];
  if (pattern.segments[at] === '**' && at + 1 < pattern.segments.length)
    places.push({ pattern: index, at: at + 1 });
  return places;
}

/**
 * One segment against one name. It goes back to the last `*` only, so that its time is bounded by the product of both
 * lengths: pattern and names come from the same hostile hand, and a regular expression could be made to run for hours.
 */
export function matchesName(segment: string, name: string): boolean {
  const wanted = Array.from(segment);
  const given = Array.from(name);
  let w = 0;
  let g = 0;
  let star = -1;
  let resumeAt = 0;
  while (g < given.length) {
    if (wanted[w] === '*') {
      star = w++;
      resumeAt = g;
    } else if (w < wanted.length && (wanted[w] === '?' || wanted[w] === given[g])) {
      w++;
      g++;
    } else if (star >= 0) {
      w = star + 1;
      g = ++resumeAt;
    } else return false;
  }
  while (wanted[w] === '*') w++;
  return w === wanted.length;
}
