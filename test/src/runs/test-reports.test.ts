import { describe, expect, it } from 'vitest';
import {
  coverageText,
  type FailedTest,
  type JobReports,
  testsText,
} from '../../../src/contract/job-reports.ts';
import type { JobDetail } from '../../../src/runs/history.ts';
import { reportsMarkdown, testAnnotations } from '../../../src/runs/test-reports.ts';

const failure: FailedTest = {
  kind: 'failure',
  suite: 'Cart',
  name: 'totals',
  message: '3 is not 4\nat cart.ts',
};
const counts = { passed: 3, failed: 1, errors: 0, skipped: 0, durationMs: 10 };

const jobWith = (...attempts: FailedTest[][]): JobDetail => ({
  id: 'job',
  name: 'test',
  kind: 'build',
  needs: [],
  status: 'failure',
  attempts: attempts.map((failures, index) => ({
    number: index + 1,
    status: 'ended',
    queuedAtMs: 0,
    steps: [],
    reports: { tests: { ...counts, failures } },
  })),
});

describe('what tests came to, in words', () => {
  it.each([
    [{ passed: 0, failed: 0, errors: 0, skipped: 0 }, 'no tests'],
    [{ passed: 1, failed: 0, errors: 0, skipped: 0 }, '1 test: 1 passed'],
    [{ passed: 9, failed: 2, errors: 1, skipped: 4 }, '16 tests: 9 passed, 2 failed, 1 broke, 4 skipped'],
  ])('%j: %s', (given, said) => {
    expect(testsText({ ...given, durationMs: 0 })).toBe(said);
  });

  it.each([
    [0, 0, 'no lines'],
    [1, 1, '100.0 % of 1 line'],
    [9_999, 10_000, '99.9 % of 10000 lines'],
    [1, 3, '33.3 % of 3 lines'],
  ])('%i of %i lines: %s', (linesCovered, linesFound, said) => {
    expect(coverageText({ linesCovered, linesFound, files: 1 })).toBe(said);
  });
});

describe('the summary of a check', () => {
  it('has totals, failing tests and warnings, and nothing in them is Markdown', () => {
    const reports: JobReports = {
      tests: {
        ...counts,
        failed: 3,
        failures: [
          { ...failure, file: 'cart.ts', line: 7 },
          { ...failure, name: '*a*', suite: '' },
        ],
      },
      coverage: { linesFound: 10, linesCovered: 8, files: 1 },
      problems: ['[x](y) is empty'],
    };
    expect(reportsMarkdown(reports).split('\n')).toEqual([
      '**Tests**: 6 tests: 3 passed, 3 failed; coverage 80.0 % of 10 lines',
      '',
      '- **Cart: totals** at cart.ts:7: 3 is not 4',
      '- **\\*a\\***: 3 is not 4',
      '- and 1 more',
      '',
      '- Warning: \\[x\\](y) is empty',
    ]);
    expect(reportsMarkdown(undefined)).toBe('');
    expect(reportsMarkdown({})).toBe('');
  });
});

describe('the annotations of a check', () => {
  it('stand at the failing tests whose line is known', () => {
    const placed = { ...failure, file: 'cart.ts', line: 7 };
    expect(testAnnotations(jobWith([failure, { ...failure, file: 'cart.ts' }, placed]))).toEqual([
      { file: 'cart.ts', line: 7, title: 'Cart: totals', message: '3 is not 4\nat cart.ts' },
    ]);
  });

  it('of a later attempt come behind those that were sent before', () => {
    const [first, second] = [
      { ...failure, file: 'cart.ts', line: 7 },
      { ...failure, file: 'cart.ts', line: 9, message: '', kind: 'error' as const },
    ];
    expect(
      testAnnotations(jobWith([first], [second])).map(({ line, title, message }) => [line, title, message]),
    ).toEqual([
      [7, 'Cart: totals', '3 is not 4\nat cart.ts'],
      [9, 'Cart: totals (attempt 2)', 'the test ended in error'],
    ]);
  });
});
