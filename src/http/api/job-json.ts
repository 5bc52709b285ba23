import { z } from '@hono/zod-openapi';
import { faultKinds } from '../../contract/fault.ts';
import type { AttemptDetail, JobDetail } from '../../runs/history.ts';
import { type Gate, type Step, statuses } from '../../runs/run.ts';
import { reportsJson, reportsToJson } from './reports-json.ts';
import { reasonJson, removedJson, removedOf, spanJson, spanOf, timeJson, timeOf } from './wire.ts';

const stepJson = z
  .object({
    index: z.int(),
    name: z.string(),
    status: z.enum(statuses),
    exitCode: z.int().optional(),
    allowed: z.boolean().optional().openapi({ description: 'True for a failure that does not count.' }),
    tries: z.int().optional().openapi({ description: 'How often it was tried, when more than once.' }),
    message: z.string().optional(),
    ...spanJson,
  })
  .openapi('Step');

const attemptJson = z
  .object({
    number: z.int(),
    status: z.enum(['queued', 'leased', 'ended', 'lost']),
    runner: z.string().optional(),
    image: z
      .object({
        name: z.string(),
        id: z.string(),
        digest: z.string().optional(),
        moved: z.literal(true).optional(),
      })
      .optional()
      .openapi({
        description:
          'What its container was made of: the name in the pipeline, the id of the engine, the digest in a registry; ' +
          "`moved` when the job's first attempt ran in another.",
      }),
    isolation: z.literal('none').optional().openapi({
      description:
        "It ran as processes of the runner's host: no container held it, and its image was not used.",
    }),
    built: z
      .object({ ref: z.string(), sha: z.string(), remark: z.string().optional() })
      .optional()
      .openapi({
        description:
          'What was checked out where the job asked for the merge of the pull request; `remark` says why it is the head ' +
          'all the same.',
      }),
    reason: reasonJson.optional(),
    fault: z.enum(faultKinds).optional().openapi({
      description:
        'Whose doing it is that the attempt ended so: of `infrastructure` and `hand-back` more is tried by itself.',
    }),
    triedAgain: z
      .boolean()
      .optional()
      .openapi({ description: 'hookline gave the job out again because of it.' }),
    queuedAt: timeJson,
    notBefore: timeJson.optional().openapi({ description: 'The attempt is not given out before then.' }),
    ...spanJson,
    log: z
      .object({ lines: z.int(), bytes: z.int(), cut: z.boolean() })
      .optional()
      .openapi({ description: 'Once the attempt ended; `cut` says that lines past the cap were dropped.' }),
    logRemoved: removedJson.optional(),
    usage: z
      .object({
        cpuMs: z.int(),
        peakMemoryBytes: z.int(),
        readBytes: z.int(),
        writtenBytes: z.int(),
      })
      .optional()
      .openapi({
        description:
          "What the job's container used, without its services: time of processors, most memory at one time with the page " +
          'cache, bytes from and to disks. Once the attempt ended.',
      }),
    steps: z.array(stepJson),
    reports: reportsJson.optional().openapi({ description: 'What its tests came to, as its reports tell.' }),
  })
  .openapi('Attempt');

const gateJson = z
  .object({
    askedAt: timeJson,
    expiresAt: timeJson,
    decision: z
      .object({
        verdict: z.enum(['approved', 'rejected']),
        by: z.string().openapi({ description: 'The name that was given; the key proves none.' }),
        at: timeJson,
        comment: z.string().optional(),
        sha: z.string(),
        digest: z.string(),
      })
      .optional(),
  })
  .openapi('JobApproval');

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
    runsOn: z.array(z.string()).optional().openapi({ description: 'Labels that its runner must have.' }),
    status: z.enum(statuses),
    allowed: z.boolean().optional().openapi({ description: 'True for a failure that does not count.' }),
    reason: reasonJson.optional(),
    approval: z
      .object({ by: z.array(z.string()), message: z.string().optional() })
      .optional()
      .openapi({
        description: 'Present when the pipeline wants the job to be approved; `by` empty: by anybody.',
      }),
    approvals: z
      .array(gateJson)
      .openapi({ description: 'Every time that an approval was asked for, the newest last.' }),
    ...spanJson,
    attempts: z.array(attemptJson),
  })
  .openapi('Job');

export function jobToJson(job: JobDetail): z.infer<typeof jobJson> {
  const { id, name, kind, matrix, needs, status, allowed, reason, approval } = job;
  return {
    id,
    name,
    kind,
    matrix: matrix && { job: matrix.job, values: { ...matrix.values } },
    needs: [...needs],
    runsOn: job.runsOn && [...job.runsOn],
    status,
    allowed,
    reason,
    approval: approval && { ...approval, by: [...approval.by] },
    approvals: (job.gates ?? []).map(gateToJson),
    ...spanOf(job),
    attempts: job.attempts.map(attemptToJson),
  };
}

function gateToJson({ askedAtMs, expiresAtMs, decision }: Gate): z.infer<typeof gateJson> {
  return {
    askedAt: timeOf(askedAtMs),
    expiresAt: timeOf(expiresAtMs),
    decision: decision && decisionToJson(decision),
  };
}

function decisionToJson({ atMs, ...decision }: NonNullable<Gate['decision']>) {
  return { ...decision, at: timeOf(atMs) };
}

function attemptToJson(attempt: AttemptDetail): z.infer<typeof attemptJson> {
  const {
    number,
    status,
    runner,
    image,
    isolation,
    built,
    reason,
    fault,
    triedAgain,
    queuedAtMs,
    notBeforeMs,
    log,
    logRemoved,
    usage,
    steps,
    reports,
  } = attempt;
  return {
    number,
    status,
    runner,
    image,
    isolation,
    built,
    reason,
    fault,
    triedAgain,
    queuedAt: timeOf(queuedAtMs),
    ...(notBeforeMs === undefined ? {} : { notBefore: timeOf(notBeforeMs) }),
    ...spanOf(attempt),
    log,
    logRemoved: removedOf(logRemoved),
    usage,
    steps: steps.map(stepToJson),
    ...(reports ? { reports: reportsToJson(reports) } : {}),
  };
}

function stepToJson(step: Step): z.infer<typeof stepJson> {
  const { index, name, status, exitCode, allowed, tries, message } = step;
  return { index, name, status, exitCode, allowed, tries, message, ...spanOf(step) };
}
