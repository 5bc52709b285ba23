import { type FailedTest, mostFailedTests, type TestResults } from '../../src/contract/job-reports.ts';
import type { TestCase } from './read-junit.ts';

export type TestTally = {
  /** False when there were too many before it: it does not count. */
  add(test: TestCase, report: string): boolean;
  results(): TestResults;
  readonly count: number;
};

/** Counts tests, and keeps of those that failed as many as are told. */
export function createTestTally(options: {
  mostTests: number;
  tell: (test: TestCase, report: string) => FailedTest;
}): TestTally {
  const counts = { passed: 0, failed: 0, errors: 0, skipped: 0, durationMs: 0 };
  const failures: FailedTest[] = [];
  let count = 0;
  const countOf = { passed: 'passed', failed: 'failed', error: 'errors', skipped: 'skipped' } as const;
  return {
    add(test, report) {
      if (count >= options.mostTests) return false;
      count += 1;
      counts[countOf[test.outcome]] += 1;
      counts.durationMs += test.durationMs;
      const isBad = test.outcome === 'failed' || test.outcome === 'error';
      if (isBad && failures.length < mostFailedTests) failures.push(options.tell(test, report));
      return true;
    },
    results: () => ({ ...counts, failures: [...failures] }),
    get count() {
      return count;
    },
  };
}
