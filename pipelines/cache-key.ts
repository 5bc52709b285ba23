import { pathFault } from './pattern-fault.ts';

/** What the key of a cache may be made of, beside `{checksum:<files>}` and `{matrix.<axis>}`. */
export const cacheKeyWords = ['job', 'branch', 'os', 'arch'] as const;

const placeholder = /\{([^{}]*)\}/g;
const checksum = /^checksum:(.+)$/;

/** What is wanted instead of the key or prefix, or undefined when it is good. Axes of a matrix are checked elsewhere. */
export function cacheKeyFault(template: string): string | undefined {
  if (template.trim() === '') return "a key such as 'npm-{checksum:package-lock.json}'";
  if (template.length > 200) return 'a key of at most 200 characters';
  if (/\p{Cc}/u.test(template)) return 'a key on one line';
  for (const [, word = ''] of template.matchAll(placeholder)) {
    const files = checksum.exec(word)?.[1];
    const fault = files?.split(',').map((file) => pathFault(file.trim(), { globs: true }));
    const wrong = fault?.find((each) => each !== undefined);
    if (wrong !== undefined) return `${wrong} in {checksum:…}`;
    const isKnown =
      files !== undefined || word.startsWith('matrix.') || cacheKeyWords.some((each) => each === word);
    if (!isKnown) return 'one of {checksum:<file>}, {job}, {branch}, {matrix.<axis>}, {os} and {arch}';
  }
  return undefined;
}

/** What is wanted instead of a path to be cached: a file or directory of the workspace, or one below `~/`. */
export function cachePathFault(path: string): string | undefined {
  const below = path.startsWith('~/') ? path.slice(2) : path;
  if (below.startsWith('~')) return 'a path such as node_modules or ~/.npm';
  if (below.split('/').every((segment) => segment === '' || segment === '.'))
    return 'a file or directory below the workspace or ~, such as node_modules or ~/.npm';
  return pathFault(below, { globs: false });
}

/** The sets of files whose checksums the template wants, each as a list of globs. */
export function checksumsIn(template: string): string[] {
  return Array.from(template.matchAll(placeholder), ([, word = '']) => checksum.exec(word)?.[1] ?? '').filter(
    (files) => files !== '',
  );
}

/** Puts values in place of the words that they are given for: `{job}`, `{checksum:package-lock.json}`. */
export function renderCacheKey(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(placeholder, (whole, word: string) =>
    Object.hasOwn(values, word) ? (values[word] ?? whole) : whole,
  );
}
