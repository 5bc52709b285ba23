import { addonSections } from './addon-keys.ts';
import { deploySections } from './deploy-keys.ts';
import { fileSections } from './file-keys.ts';
import type { TravisKey } from './travis-key.ts';

/** Every key that a `.travis.yml` may have, and what becomes of it: what the translation warns of, and the page that lists them. */
export const keySections = [...fileSections, ...addonSections, ...deploySections];

export const travisKeys: readonly TravisKey[] = keySections.flatMap(({ keys }) => keys);

/** Names that are other names of keys, by where they stand. */
export const keyAliases: Readonly<Record<string, string>> = {
  matrix: 'jobs',
  ruby: 'rvm',
  rbenv: 'rvm',
  'jobs.allowed_failures': 'jobs.allow_failures',
  'jobs.fast_failure': 'jobs.fast_finish',
  'addons.postgres': 'addons.postgresql',
  'deploy.true': 'deploy.on',
  'deploy.on.branches': 'deploy.on.branch',
  'deploy.on.conditions': 'deploy.on.condition',
};
