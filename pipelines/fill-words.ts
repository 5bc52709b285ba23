/** Variables of Travis that may stand in the texts of a target beside secrets, and are known when it is deployed. */
export const fillWords = [
  'TRAVIS_BRANCH',
  'TRAVIS_BUILD_NUMBER',
  'TRAVIS_COMMIT',
  'TRAVIS_REPO_SLUG',
  'TRAVIS_TAG',
] as const;

export type FillWord = (typeof fillWords)[number];

const placeholder = /\$\{(\w+)\}/g;

/** The names that stand as `${NAME}` in any text of the value, each once. */
export function fillNames(value: unknown): string[] {
  const text = JSON.stringify(value) ?? '';
  return [...new Set(Array.from(text.matchAll(placeholder), ([, name = '']) => name))];
}

/** The value with other values in place of `${NAME}` in its texts, for the names that there are values for. */
export function fillTexts<Value>(value: Value, values: Readonly<Record<string, string>>): Value {
  const filled = (each: unknown): unknown => {
    if (typeof each === 'string')
      return each.replaceAll(placeholder, (whole, name: string) =>
        Object.hasOwn(values, name) ? (values[name] ?? whole) : whole,
      );
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each;
    return Object.fromEntries(Object.entries(each).map(([key, inner]) => [key, filled(inner)]));
  };
  return filled(value) as Value;
}
