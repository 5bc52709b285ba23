import { z } from '@hono/zod-openapi';
import type { Problem } from '../../../pipelines/problem.ts';

export const referenceJson = z.string().openapi({
  description: 'The page about the key, on this service.',
  example: '/reference/steps#run',
});

/** A mistake in a pipeline file. */
export const problemJson = z
  .object({
    severity: z.enum(['error', 'warning']),
    file: z.string(),
    line: z.int().openapi({ description: 'From 1.' }),
    column: z.int().openapi({ description: 'From 1, in UTF-16 units.' }),
    endColumn: z.int().openapi({ description: 'Behind the last one, on the same line.' }),
    path: z.string().openapi({ example: 'jobs.test.steps[0].run' }),
    message: z.string().openapi({ description: 'What was found.' }),
    expected: z.string().openapi({ description: 'What was wanted, or what to do about it.' }),
    reference: referenceJson.optional(),
  })
  .openapi('PipelineProblem');

export function problemToJson({ reference, ...problem }: Problem): z.infer<typeof problemJson> {
  return { ...problem, ...(reference === undefined ? {} : { reference: `/reference/${reference}` }) };
}
