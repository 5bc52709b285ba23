/** What a bundle's key may be made of. `ref` is the branch or tag, `run` the run's number. */
export const bundleKeyWords = ['repository', 'ref', 'sha', 'run', 'environment', 'artifact'] as const;

export type BundleKeyWord = (typeof bundleKeyWords)[number];

export const defaultBundleKey = '{repository}/{environment}/{artifact}-{sha}.zip';

/** The `{word}`s of a template, known or not, in order. */
export function wordsOfBundleKey(template: string): string[] {
  return Array.from(template.matchAll(/\{([^{}]*)\}/g), ([, word = '']) => word);
}

/** The S3 key for one deployment: `shop/{sha}.zip` → `shop/1f3a….zip`. */
export function renderBundleKey(template: string, values: Readonly<Record<BundleKeyWord, string>>): string {
  return template.replaceAll(/\{([^{}]*)\}/g, (whole, word: string) => {
    const known = bundleKeyWords.find((name) => name === word);
    return known === undefined ? whole : values[known];
  });
}
