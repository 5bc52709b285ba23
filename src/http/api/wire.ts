import { z } from '@hono/zod-openapi';

/** What the answers have in common. Names are camelCase; what is not known, or not yet, is absent. */

export const timeJson = z.iso.datetime().openapi({ example: '2026-05-04T12:30:00.000Z' });

export const reasonJson = z
  .object({
    code: z.string().openapi({ description: 'Stable, for programs.' }),
    message: z.string().openapi({ description: 'For people.' }),
  })
  .openapi('Reason');

export const spanJson = {
  startedAt: timeJson.optional(),
  finishedAt: timeJson.optional(),
  durationMs: z
    .int()
    .nonnegative()
    .optional()
    .openapi({ description: 'Milliseconds from startedAt to finishedAt.' }),
};

export const removedJson = z
  .object({ at: timeJson, because: z.string() })
  .openapi('Removed', { description: 'It is gone by the policy of this installation.' });

export function removedOf(removed: { atMs: number; because: string } | undefined) {
  return removed && { at: timeOf(removed.atMs), because: removed.because };
}

/** As a problem tells it. */
export function removedText({ atMs, because }: { atMs: number; because: string }): string {
  return `removed by policy on ${timeOf(atMs)}: ${because}`;
}

export function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

export function spanOf(span: { startedAtMs?: number; finishedAtMs?: number }): {
  startedAt?: string;
  finishedAt?: string;
  durationMs?: number;
} {
  const { startedAtMs, finishedAtMs } = span;
  return {
    ...(startedAtMs === undefined ? {} : { startedAt: timeOf(startedAtMs) }),
    ...(finishedAtMs === undefined ? {} : { finishedAt: timeOf(finishedAtMs) }),
    // Two machines' clocks may disagree; a job never took less than no time.
    ...(startedAtMs === undefined || finishedAtMs === undefined
      ? {}
      : { durationMs: Math.max(0, finishedAtMs - startedAtMs) }),
  };
}
