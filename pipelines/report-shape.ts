import type { z } from 'zod';
import { mapping, paths } from './shape-values.ts';

/** What may stand under `reports` of a job. */
export const reports = mapping('a mapping with junit, coverage or both', {
  junit: paths.optional().meta({
    description:
      'Results of tests in the XML of JUnit, as Surefire, Gradle, pytest, jest-junit, Vitest, go-junit-report, PHPUnit ' +
      'and others write it: globs, files, or directories with every `.xml` below them.',
    unlessGiven: 'no results of tests are read',
    examples: ['target/surefire-reports', ['reports/junit-*.xml', 'e2e/junit.xml']],
  }),
  coverage: paths.optional().meta({
    description:
      'What the tests covered, as LCOV or as XML of Cobertura or JaCoCo, which is told from the content: globs, files, or ' +
      'directories with every `.xml`, `.info` and `.lcov` below them. A line that several files speak of counts once.',
    unlessGiven: 'no coverage is read',
    examples: ['coverage/lcov.info'],
  }),
})
  .refine((value) => Object.keys(value).length > 0, {
    error: 'junit, coverage or both',
    // A misspelt key is one mistake.
    when: ({ issues }) => issues.length === 0,
  })
  .meta({
    description:
      'Files that tell what the tests came to, read when every process of the job is dead, also after a step that failed: ' +
      'the run and its check show totals, failing tests and the share of lines covered. A file that is missing or cannot ' +
      'be read is a warning, and how the job ends stays as it is.',
    unlessGiven: 'nothing is read',
    limits:
      '1000 files of at most 20 MiB each and 200 MiB in all; 100,000 tests; the first 50 failing tests are shown',
    examples: [{ junit: 'target/surefire-reports/*.xml', coverage: 'target/site/jacoco/jacoco.xml' }],
  });

export type ReportsShape = z.output<typeof reports>;
