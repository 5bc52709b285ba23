import type { TestCase } from './read-junit.ts';

export type TestPlace = { file?: string; line?: number };

export type Checkout = {
  /** Directories that the checkout is known under: tools that know whole paths write them so. */
  roots: readonly string[];
  isFile: (name: string) => boolean;
};

/** Where tools look for the source of a class, and the endings of its file. */
const sourcesOfClasses = [
  ['src/test/java/', 'java'],
  ['src/test/kotlin/', 'kt'],
  ['src/test/groovy/', 'groovy'],
  ['src/test/scala/', 'scala'],
  ['', 'py'],
] as const;

/** A novel of a stack is no better a hint than its beginning. */
const longestHint = 4_000;
const mostSuites = 3;
const mostPlaces = 20;

const libraries = /(?:^|\/)(?:node_modules|vendor|site-packages)\//;

type Hints = Pick<TestCase, 'file' | 'line' | 'className' | 'suites' | 'message' | 'detail'>;

/**
 * Where a test stands in the repository, relative to the checkout. Reports rarely say it outright: then its class or suite
 * may be the name of a file (Vitest) or lead to one (`com.shop.CartTest`), or the stack that was printed names one, and
 * the line. Names are looked for from the checkout and from the directories around the report, for it may be that of a
 * module. What is not a file of the checkout is no place.
 */
export function placeOfTest(test: Hints, report: string, checkout: Checkout): TestPlace {
  const directories = directoriesAround(report);
  const find = (name: string) => {
    const path = insideCheckout(name, checkout.roots);
    return path && directories.map((directory) => `${directory}${path}`).find(checkout.isFile);
  };
  const firstOf = (names: readonly string[]) =>
    names.reduce<string | undefined>((found, name) => found ?? find(name), undefined);
  const told = `${test.message.slice(0, longestHint)}\n${test.detail.slice(0, longestHint)}`;

  const file = firstOf([
    ...(test.file === undefined ? [] : [test.file]),
    ...[test.className, ...test.suites.slice(-mostSuites).reverse()].flatMap(namesOf),
  ]);
  const places = placesIn(told).filter(({ name }) => !libraries.test(name));
  if (file !== undefined) {
    // Where it failed says more than where it begins, which pytest counts from 0 besides.
    const line = places.find(({ name }) => baseOf(name) === baseOf(file))?.line ?? test.line;
    return line === undefined ? { file } : { file, line };
  }
  for (const { name, line } of places.slice(0, mostPlaces)) {
    const found = find(name);
    if (found !== undefined) return { file: found, line };
  }
  return {};
}

function namesOf(name: string): string[] {
  // A nested class stands in the file of the outermost one.
  const [outer = ''] = name.split('$');
  if (!/^[\p{L}\p{N}_]+(?:\.[\p{L}\p{N}_]+)*$/u.test(outer)) return [name];
  const path = outer.replaceAll('.', '/');
  // `tests.test_cart.TestCart` is a class in `tests/test_cart.py`.
  const around = path.slice(0, Math.max(0, path.lastIndexOf('/')));
  return [
    name,
    ...sourcesOfClasses.map(([directory, ending]) => `${directory}${path}.${ending}`),
    ...(around === '' ? [] : [`${around}.py`]),
  ];
}

/** `src/cart.test.ts:12:5`, `(CartTest.java:12)`. Looked for from the colons, which are few, back to where a name begins. */
function placesIn(text: string): { name: string; line: number }[] {
  return Array.from(text.matchAll(/:(\d{1,7})\b/g), ({ index, 1: digits = '' }) => {
    let begin = index;
    while (index - begin < longestName && inName.test(text[begin - 1] ?? ' ')) begin -= 1;
    return { name: text.slice(begin, index), line: Number(digits) };
  }).filter(({ name, line }) => name.includes('.') && line > 0);
}

const inName = /[\p{L}\p{N}_@./+-]/u;
const longestName = 300;

/** The innermost first, each with a slash at its end; last the checkout itself. */
function directoriesAround(report: string): string[] {
  const segments = report.split('/').slice(0, -1);
  return segments.map((_, index) => `${segments.slice(0, segments.length - index).join('/')}/`).concat('');
}

/** A path relative to the checkout, or nothing when it leads elsewhere. */
function insideCheckout(name: string, roots: readonly string[]): string | undefined {
  const path = name.replace(/^(?:file:\/\/)?\/+/, '/');
  const root = roots.find((directory) => path.startsWith(`${directory}/`));
  const relative = root === undefined ? path : path.slice(root.length + 1);
  const segments = relative.split('/').filter((segment) => segment !== '.' && segment !== '');
  if (relative.startsWith('/') || segments.length === 0 || segments.includes('..')) return undefined;
  return segments.join('/');
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
