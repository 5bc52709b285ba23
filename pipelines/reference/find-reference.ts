import { describeKeys } from './describe-keys.ts';
import type { KeyDescription } from './key-description.ts';
import { anchorOf } from './reference-page.ts';

let pages: ReadonlyMap<string, KeyDescription> | undefined;

/**
 * The page and heading about the key that a path leads to, or about the nearest one above that there is: `jobs#timeout`
 * for `jobs.test.timeout`. Undefined where no key of a `.hookline.yml` stands.
 */
export function findReference(path: string): string | undefined {
  pages ??= new Map(describeKeys().map((page) => [page.fullPath, page]));
  const [first = '', ...rest] = Array.from(
    path.matchAll(/\["(?:[^"\\]|\\.)*"\]|\[\d+\]|[^.[\]]+/g),
    ([part]) => part,
  );
  const page = pages.get(first);
  return page && referenceBelow(pages, page, rest);
}

function referenceBelow(
  all: ReadonlyMap<string, KeyDescription>,
  page: KeyDescription,
  rest: readonly string[],
): string {
  let found = page;
  let from = page;
  for (let left = rest; left.length > 0; ) {
    const child = found.children.find((each) => left[between(found, each).length] === nameOf(each));
    if (child === undefined) break;
    left = left.slice(between(found, child).length + 1);
    const other = child.sameAs === undefined ? undefined : all.get(child.sameAs);
    if (other) from = other;
    found = other ?? child;
  }
  const other = found.keysOf === undefined || rest.length < 2 ? undefined : all.get(found.keysOf);
  if (other) return referenceBelow(all, other, rest);
  return found.path === '' ? from.fullPath : `${from.fullPath}#${anchorOf(found.path)}`;
}

/** The names and indexes that stand between a key and one below it: `<name>`, `[]`. */
function between(above: KeyDescription, child: KeyDescription): string[] {
  const way = child.fullPath.slice(above.fullPath.length);
  return way
    .split(/\.|(?=\[)/)
    .filter((part) => part !== '')
    .slice(0, -1);
}

function nameOf({ fullPath }: KeyDescription): string {
  return fullPath.slice(fullPath.lastIndexOf('.') + 1);
}
