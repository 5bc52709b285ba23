import { z } from 'zod';

/**
 * What the tests of a job came to, as its reports tell it. A runner sends this only for a job whose spec asks for
 * reports: a control that does not know of them is never told, and a runner that does not know of them tells nothing.
 *
 * Names and messages are text of strangers. They have passed the masker of the job.
 */
const count = z.int().nonnegative();

export const mostFailedTests = 50;
export const mostReportProblems = 20;
/** In bytes of UTF-8, which no text has fewer of than the units that the schema counts. */
export const longest = { name: 300, file: 500, message: 2_000, problem: 500 } as const;

const failedTest = z.object({
  /** `error`: it broke instead of saying no. */
  kind: z.enum(['failure', 'error']),
  name: z.string().max(longest.name),
  /** The class or file that it belongs to; may be empty. */
  suite: z.string().max(longest.name),
  /** The first line says what was wrong; may be empty. */
  message: z.string().max(longest.message),
  /** Relative to the checkout. */
  file: z.string().max(longest.file).optional(),
  line: z.int().positive().optional(),
});

const testResults = z.object({
  passed: count,
  failed: count,
  errors: count,
  skipped: count,
  /** The times of all tests together; what ran side by side counts twice. */
  durationMs: count,
  /** The first of those that failed or broke. */
  failures: z.array(failedTest).max(mostFailedTests),
});

const coverage = z.object({ linesFound: count, linesCovered: count, files: count });

export const reportsReadSchema = z.object({
  type: z.literal('reports.read'),
  at: count,
  /** Absent when no report of tests was read. */
  tests: testResults.optional(),
  /** Absent when no report of coverage was read. */
  coverage: coverage.optional(),
  /** What could not be read, or was left out. */
  problems: z.array(z.string().max(longest.problem)).max(mostReportProblems).optional(),
});

export type ReportsRead = z.infer<typeof reportsReadSchema>;
export type JobReports = Omit<ReportsRead, 'type' | 'at'>;
export type TestResults = z.infer<typeof testResults>;
export type FailedTest = z.infer<typeof failedTest>;
export type Coverage = z.infer<typeof coverage>;

/** `12 tests: 9 passed, 2 failed, 1 skipped` */
export function testsText({ passed, failed, errors, skipped }: Omit<TestResults, 'failures'>): string {
  const total = passed + failed + errors + skipped;
  const parts = [
    ...(passed > 0 ? [`${passed} passed`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(errors > 0 ? [`${errors} broke`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
  return `${total === 0 ? 'no' : total} ${total === 1 ? 'test' : 'tests'}${total === 0 ? '' : `: ${parts.join(', ')}`}`;
}

/** `81.2 % of 1250 lines`; what is not all is never rounded up to 100 %. */
export function coverageText({ linesFound, linesCovered }: Coverage): string {
  const lines = `${linesFound} ${linesFound === 1 ? 'line' : 'lines'}`;
  if (linesFound === 0) return 'no lines';
  return `${(Math.floor((linesCovered * 1_000) / linesFound) / 10).toFixed(1)} % of ${lines}`;
}

/** How many tests failed or broke, and how many of them are not named. */
export function notNamed({ failed, errors, failures }: TestResults): number {
  return Math.max(0, failed + errors - failures.length);
}
