import { z } from '@hono/zod-openapi';
import type { AttemptDetail, JobDetail } from '../../runs/history.ts';
import { type Step, statuses } from '../../runs/run.ts';
import { reasonJson, spanJson, spanOf, timeJson, timeOf } from './wire.ts';

const stepJson = z
  .object({
    index: z.int(),
    name: z.string(),
    status: z.enum(statuses),
    exitCode: z.int().optional(),
    allowed: z.boolean().optional().openapi({ description: 'True for a failure that does not count.' }),
    message: z.string().optional(),
    ...spanJson,
  })
  .openapi('Step');

const attemptJson = z
  .object({
    number: z.int(),
    status: z.enum(['queued', 'leased', 'ended', 'lost']),
    runner: z.string().optional(),
    reason: reasonJson.optional(),
    queuedAt: timeJson,
    ...spanJson,
    log: z
      .object({ lines: z.int(), bytes: z.int(), cut: z.boolean() })
      .optional()
      .openapi({ description: 'Once the attempt ended; `cut` says that lines past the cap were dropped.' }),
    steps: z.array(stepJson),
  })
  .openapi('Attempt');

export const jobJson = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(['build', 'deploy']),
    matrix: z
      .object({ job: z.string(), values: z.record(z.string(), z.string()) })
      .optional()
      .openapi({ description: 'The job with a matrix that this one is a combination of.' }),
    needs: z.array(z.string()),
    status: z.enum(statuses),
    allowed: z.boolean().optional().openapi({ description: 'True for a failure that does not count.' }),
    reason: reasonJson.optional(),
    ...spanJson,
    attempts: z.array(attemptJson),
  })
  .openapi('Job');

export function jobToJson(job: JobDetail): z.infer<typeof jobJson> {
  const { id, name, kind, matrix, needs, status, allowed, reason } = job;
  return {
    id,
    name,
    kind,
    matrix: matrix && { job: matrix.job, values: { ...matrix.values } },
    needs: [...needs],
    status,
    allowed,
    reason,
    ...spanOf(job),
    attempts: job.attempts.map(attemptToJson),
  };
}

function attemptToJson(attempt: AttemptDetail): z.infer<typeof attemptJson> {
  const { number, status, runner, reason, queuedAtMs, log, steps } = attempt;
  return {
    number,
    status,
    runner,
    reason,
    queuedAt: timeOf(queuedAtMs),
    ...spanOf(attempt),
    log,
    steps: steps.map(stepToJson),
  };
}

function stepToJson(step: Step): z.infer<typeof stepJson> {
  const { index, name, status, exitCode, allowed, message } = step;
  return { index, name, status, exitCode, allowed, message, ...spanOf(step) };
}
