import { z } from '@hono/zod-openapi';

/** The number of an attempt; what it means when it is not given is in `description`. */
export const attemptQuery = (description: string) =>
  z.coerce
    .number()
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .optional()
    .openapi({ description });

/** The number of the first line wanted, from 0. */
export const fromLineQuery = (description: string) =>
  z.coerce.number().int('must be a whole number').min(0, 'must be at least 0').default(0).openapi({
    description,
  });
