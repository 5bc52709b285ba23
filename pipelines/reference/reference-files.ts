import { describeKeys } from './describe-keys.ts';
import { markdownIndex, markdownPage } from './markdown-page.ts';
import { referencePage } from './reference-page.ts';
import { travisPage } from './travis-page.ts';

/** The pages as they are to be kept, by their names below `docs/reference`. */
export function referenceFiles(): Map<string, string> {
  const keys = describeKeys();
  return new Map([
    ['README.md', markdownIndex(keys)],
    ['travis.md', markdownPage(travisPage(), 'pipelines/travis/*-keys.ts')],
    ...keys.map((key) => [`${key.fullPath}.md`, markdownPage(referencePage(key))] as const),
  ]);
}
