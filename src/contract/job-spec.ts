import { z } from 'zod';
import { checkoutSpecSchema } from './checkout-spec.ts';

/**
 * Everything a runner needs to carry out one attempt, and nothing else of the service. It travels sealed to
 * the one runner whose claim was granted, for it holds the clone credential and the secrets of the job.
 */
const environment = z.record(z.string(), z.string());

const common = z.object({
  runId: z.string(),
  runNumber: z.int(),
  jobId: z.string(),
  attempt: z.int(),
  jobName: z.string(),
  repository: z.string(),
  sha: z.string(),
  ref: z.string(),
  correlationId: z.string(),
  timeoutMs: z.int(),
  logLimitBytes: z.int(),
  secrets: environment,
});

export const buildSpecSchema = common.extend({
  kind: z.literal('build'),
  source: z.object({
    repository: z.string(),
    cloneUrl: z.string(),
    ref: z.string(),
    sha: z.string(),
    credential: z.object({ username: z.string(), password: z.string() }).optional(),
  }),
  checkout: checkoutSpecSchema.optional(),
  image: z.string(),
  /** What the name stood for at the first attempt of the job: a later one runs in the same where it can be had. */
  firstImage: z.object({ id: z.string(), digest: z.string().optional() }).optional(),
  env: environment,
  /** How long a step may print nothing. */
  noOutputTimeoutMs: z.int().optional(),
  services: z
    .array(
      z.object({
        name: z.string(),
        image: z.string(),
        env: environment,
        command: z.string().optional(),
        port: z.int().optional(),
        ready: z.string().optional(),
        timeoutMs: z.int(),
      }),
    )
    .optional(),
  caches: z
    .object({
      /** Whose entries it may have, the nearest first; into the first, and no other, it may put its own. */
      scopes: z.array(z.string()).min(1),
      entries: z.array(
        z.object({
          key: z.string(),
          fallback: z.array(z.string()),
          paths: z.array(z.string()),
          save: z.literal('changed').optional(),
        }),
      ),
    })
    .optional(),
  steps: z.array(
    z.object({
      name: z.string(),
      run: z.string(),
      shell: z.enum(['sh', 'bash']),
      env: environment,
      workingDirectory: z.string(),
      timeoutMs: z.int(),
      retry: z.object({ attempts: z.int(), waitMs: z.int() }).optional(),
      when: z.enum(['success', 'failure', 'always']),
      continueOnError: z.boolean(),
    }),
  ),
  artifacts: z.array(
    z.object({
      name: z.string(),
      paths: z.array(z.string()),
      exclude: z.array(z.string()),
      stripPrefix: z.string().optional(),
      optional: z.boolean().optional(),
      /** Absent: zip. */
      format: z.enum(['tar.gz', 'tar.zst']).optional(),
    }),
  ),
  /** Where files lie that say what tests came to. */
  reports: z.object({ junit: z.array(z.string()), coverage: z.array(z.string()) }).optional(),
  limits: z.object({
    memoryBytes: z.int(),
    cpus: z.number(),
    pids: z.int(),
    diskBytes: z.int().optional(),
  }),
  /** Absent: one of its own. */
  network: z.literal('none').optional(),
});

export const deploySpecSchema = common.extend({
  kind: z.literal('deploy'),
  environment: z.string(),
  /** Stable over attempts and crashes: whoever deploys looks for what this key already did before doing it. */
  deploymentKey: z.string(),
  artifact: z.object({ name: z.string(), key: z.string(), sha256: z.string(), sizeBytes: z.int() }),
  target: z.looseObject({ type: z.string() }),
});

export const jobSpecSchema = z.discriminatedUnion('kind', [buildSpecSchema, deploySpecSchema]);

export type BuildSpec = z.infer<typeof buildSpecSchema>;
export type DeploySpec = z.infer<typeof deploySpecSchema>;
export type JobSpec = z.infer<typeof jobSpecSchema>;
