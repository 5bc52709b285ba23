import { z } from '@hono/zod-openapi';
import type { JobReports } from '../../contract/job-reports.ts';

const failedTestJson = z
  .object({
    kind: z.enum(['failure', 'error']).openapi({ description: '`error`: it broke instead of saying no.' }),
    name: z.string(),
    suite: z.string().openapi({ description: 'The class or file it belongs to; may be empty.' }),
    message: z.string(),
    file: z.string().optional().openapi({ description: 'In the repository, as far as that is known.' }),
    line: z.int().optional(),
  })
  .openapi('FailedTest');

export const reportsJson = z
  .object({
    tests: z
      .object({
        passed: z.int(),
        failed: z.int(),
        errors: z.int(),
        skipped: z.int(),
        durationMs: z.int().openapi({ description: 'The times of all tests together.' }),
        failures: z
          .array(failedTestJson)
          .openapi({ description: 'The first of those that failed or broke.' }),
      })
      .optional()
      .openapi({ description: 'Absent when no report of tests was read.' }),
    coverage: z
      .object({ linesFound: z.int(), linesCovered: z.int(), files: z.int() })
      .optional()
      .openapi({ description: 'Absent when no report of coverage was read.' }),
    problems: z
      .array(z.string())
      .optional()
      .openapi({ description: 'What could not be read, or was left out.' }),
  })
  .openapi('Reports');

export function reportsToJson({ tests, coverage, problems }: JobReports): z.infer<typeof reportsJson> {
  return {
    ...(tests ? { tests: { ...tests, failures: tests.failures.map((failure) => ({ ...failure })) } } : {}),
    ...(coverage ? { coverage } : {}),
    ...(problems ? { problems: [...problems] } : {}),
  };
}
