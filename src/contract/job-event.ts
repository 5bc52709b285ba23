import { z } from 'zod';
import { reportsReadSchema } from './job-reports.ts';

/**
 * What a runner reports of the attempt it holds, in order of sequence numbers that start at 1. Control applies
 * an event exactly once; the last one is always `job.finished`.
 */
const at = z.int().nonnegative().describe('milliseconds since 1970 on the clock of the runner');
const reason = z.object({ code: z.string().max(60), message: z.string().max(4000) });

export const stepOutcomes = ['success', 'failure', 'error', 'cancelled', 'skipped'] as const;
/** `lost`: the runner gives the attempt back (it was restarted or is stopping); control makes another one. */
export const jobOutcomes = ['success', 'failure', 'error', 'cancelled', 'lost'] as const;

const usage = z.object({
  cpuMs: z.int().nonnegative(),
  /** Most memory at one time; the page cache counts. */
  peakMemoryBytes: z.int().nonnegative(),
  /** To and from disks, which what stays in the page cache is not. */
  readBytes: z.int().nonnegative(),
  writtenBytes: z.int().nonnegative(),
});

export const jobEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('job.started'),
    at,
    image: z.string().optional(),
    /** What the name stood for: the engine's id, and `name@sha256:…` of an image that came from a registry. */
    imageId: z.string().max(200).optional(),
    imageDigest: z.string().max(500).optional(),
    /** There is no container around its steps, and no image was looked at. */
    isolation: z.literal('none').optional(),
    /** Where the merge of a pull request was asked for; with a remark when it is the head all the same. */
    built: z
      .object({ ref: z.string().max(1100), sha: z.string().max(64), remark: z.string().max(2000).optional() })
      .optional(),
  }),
  z.object({ type: z.literal('step.started'), at, index: z.int().nonnegative(), name: z.string().max(300) }),
  z.object({
    type: z.literal('step.finished'),
    at,
    index: z.int().nonnegative(),
    outcome: z.enum(stepOutcomes),
    exitCode: z.int().optional(),
    /** The failure does not count: the step says `continue_on_error`. */
    allowed: z.boolean().optional(),
    /** How often the step was tried, when it was more than once. */
    tries: z.int().positive().optional(),
    message: z.string().max(4000).optional(),
  }),
  z.object({
    type: z.literal('log.segment'),
    index: z.int().nonnegative(),
    key: z.string().max(500),
    sizeBytes: z.int().nonnegative(),
    firstLine: z.int().nonnegative(),
    lineCount: z.int().nonnegative(),
  }),
  z.object({
    type: z.literal('artifact.stored'),
    at,
    name: z.string().max(100),
    key: z.string().max(500),
    sizeBytes: z.int().nonnegative(),
    sha256: z.string().length(64),
    fileCount: z.int().nonnegative(),
    /** Absent: zip. */
    format: z.enum(['tar.gz', 'tar.zst']).optional(),
  }),
  reportsReadSchema,
  z.object({
    type: z.literal('deployment.updated'),
    at,
    status: z.string().max(60),
    externalId: z.string().max(200).optional(),
    detail: z.json().optional(),
  }),
  z.object({
    type: z.literal('job.finished'),
    at,
    outcome: z.enum(jobOutcomes),
    reason: reason.optional(),
    logLines: z.int().nonnegative(),
    logBytes: z.int().nonnegative(),
    /** Of the job's container, without its services. */
    usage: usage.optional(),
    logCut: z.boolean().describe('lines past the cap of the job were dropped'),
  }),
]);

export type JobEvent = z.infer<typeof jobEventSchema>;
export type Usage = z.infer<typeof usage>;
export type Reason = z.infer<typeof reason>;
export type StepOutcome = (typeof stepOutcomes)[number];
export type JobOutcome = (typeof jobOutcomes)[number];
