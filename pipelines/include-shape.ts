import { includeFault, mostIncluded } from './include-files.ts';
import { checked, listOf } from './shape-values.ts';

/** What may stand under `include`. */
export const include = listOf(
  checked('the path of a file such as ci/jobs.yml', includeFault),
  'the path of a file of this repository, or a list of paths',
)
  .refine((value) => typeof value === 'string' || value.length <= mostIncluded, {
    error: `at most ${mostIncluded} files`,
  })
  .meta({
    description:
      'Other files of the repository, at the same commit, whose `templates`, `jobs`, `env` and `deploy` belong to this ' +
      'file as if they stood in it. They may include others.',
    unlessGiven: 'none',
    limits:
      'paths from the top of the repository; each name in one file; 5 files deep, 20 in all, 512 KiB together',
    examples: ['ci/jobs.yml', ['ci/templates.yml', 'ci/deploy.yml']],
  });
