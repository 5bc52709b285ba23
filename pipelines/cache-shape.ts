import { z } from 'zod';
import { cacheKeyFault, cachePathFault } from './cache-key.ts';
import { checked, listOf, mapping, oneOf } from './shape-values.ts';

const key = checked("a key such as 'npm-{checksum:package-lock.json}'", cacheKeyFault);

const cache = mapping('a mapping with key and paths', {
  key: key.meta({
    description:
      'Under which it is kept, once for each key: may hold `{checksum:<files>}` of files of the commit (globs, with ' +
      'commas between), `{job}`, `{branch}`, `{matrix.<axis>}`, `{os}` and `{arch}`.',
    limits: 'one line of at most 200 characters',
    examples: ['npm-{checksum:package-lock.json}'],
  }),
  fallback: listOf(key, 'a list of beginnings of keys')
    .optional()
    .meta({
      description:
        'Beginnings of keys: when there is no such key, the newest that begins with the first of these.',
      unlessGiven: 'only the key itself is looked for',
      examples: ['npm-'],
    }),
  paths: listOf(
    checked('a path such as node_modules or ~/.npm', cachePathFault),
    'a list of paths such as node_modules or ~/.npm',
  ).meta({
    description: 'Files and directories of the workspace, or below `~`, the home directory in the container.',
    limits: 'no patterns, and not all of the workspace',
    examples: [['~/.npm']],
  }),
  save: oneOf(['once', 'changed'])
    .optional()
    .meta({
      description:
        'When it is saved. once: when there is none under the key yet. changed: whenever its files are not those that ' +
        'were restored, in place of what is there; for keys that name no contents, such as `gradle-{os}`.',
      unlessGiven: 'once',
      examples: ['changed'],
    }),
});

/** What may stand under `cache` of a job. */
export const caches = z
  .array(cache, { error: 'a list of caches, each with key and paths' })
  .refine((list) => list.length > 0 && list.length <= 10, { error: 'one to ten caches' })
  .meta({
    description:
      'Files that later jobs find again: restored before the first step, saved after the last when the job succeeded ' +
      'and the key is new, or as `save` says.',
    unlessGiven: 'nothing is kept',
    examples: [[{ key: 'npm-{checksum:package-lock.json}', fallback: 'npm-', paths: ['~/.npm'] }]],
  });

export type CachesShape = z.output<typeof caches>;
