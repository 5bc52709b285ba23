import { z } from 'zod';
import { cacheKeyFault, cachePathFault } from './cache-key.ts';
import { checked, listOf, mapping } from './shape-values.ts';

const key = checked("a key such as 'npm-{checksum:package-lock.json}'", cacheKeyFault);

const cache = mapping('a mapping with key and paths', {
  key: key.describe(
    'Under which it is kept, once for each key: may hold {checksum:<files>} of files of the commit (globs, with commas ' +
      'between), {job}, {branch}, {matrix.<axis>}, {os} and {arch}.',
  ),
  fallback: listOf(key, 'a list of beginnings of keys')
    .optional()
    .describe(
      'Beginnings of keys: when there is no such key, the newest that begins with the first of these.',
    ),
  paths: listOf(
    checked('a path such as node_modules or ~/.npm', cachePathFault),
    'a list of paths such as node_modules or ~/.npm',
  ).describe('Files and directories of the workspace, or below ~, the home directory in the container.'),
});

/** What may stand under `cache` of a job. */
export const caches = z
  .array(cache, { error: 'a list of caches, each with key and paths' })
  .refine((list) => list.length > 0 && list.length <= 10, { error: 'one to ten caches' })
  .describe(
    'Restored before the first step; saved after the last when the job succeeded and the key is new.',
  );

export type CachesShape = z.output<typeof caches>;
