/**
 * Why following a symbolic link could lead out of the tree it lies in, or undefined when it cannot.
 *
 * `name` is where the link is, from the root of the tree; its directories are real ones. A `..` behind another link
 * climbs from wherever that link leads, which no look at the names can follow, so it counts as leaving. When every link
 * of a tree passes this, no path through any number of them leaves the tree.
 */
export function linkEscape(
  name: string,
  target: string,
  isLink: (name: string) => boolean,
): string | undefined {
  if (target === '') return 'is empty';
  if (target.includes('\0')) return 'contains a zero byte';
  if (target.startsWith('/')) return 'is absolute';
  const at = name.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') {
      at.push(part);
      continue;
    }
    if (at.length === 0) return 'leads out';
    if (isLink(at.join('/'))) return `climbs (..) behind another link, ${at.join('/')}`;
    at.pop();
  }
  return undefined;
}
