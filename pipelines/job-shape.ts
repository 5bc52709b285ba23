import { z } from 'zod';
import { approval } from './approval-shape.ts';
import { artifacts } from './artifact-shape.ts';
import { caches } from './cache-shape.ts';
import { checkout } from './checkout-shape.ts';
import { groupConcurrency } from './concurrency-shape.ts';
import { condition } from './condition-shape.ts';
import { mostExtended } from './expand-templates.ts';
import { matrix } from './matrix-shape.ts';
import { reports } from './report-shape.ts';
import { resources } from './resource-shape.ts';
import { services } from './service-shape.ts';
import {
  duration,
  environmentVariables,
  flag,
  jobImage,
  listOf,
  mapping,
  name,
  named,
  oneOf,
  secrets,
  text,
} from './shape-values.ts';
import { steps } from './step-shape.ts';

export const noOutputTimeout = duration.meta({
  description: 'Ends a step, and with it the job, that printed nothing for this long.',
  unlessGiven:
    'as the installation is set (HOOKLINE_NO_OUTPUT_TIMEOUT_S), which is no such limit unless somebody set one',
  examples: ['10m'],
});

const runsOn = listOf(
  named(/^[a-z0-9][a-z0-9._-]{0,39}$/, 'a label of a-z, 0-9, -, _ and ., at most 40 long'),
  'a label, or a list of labels, that the runner must have',
).meta({
  description:
    'Labels that the runner of the job must have, all of them: those of HOOKLINE_RUNNER_LABELS, and its system and ' +
    'processor (linux, amd64, arm64), which each runner has by itself.',
  unlessGiven: 'every runner will do',
  examples: [['big', 'arm64']],
});

export const network = oneOf(['own', 'none']).meta({
  description:
    'What the job reaches. own: a network of the job and its services, and what that reaches. none: the steps reach nobody and nobody reaches them; the source and ' +
    'the image are fetched all the same.',
  unlessGiven: 'own',
  examples: ['none'],
});

const templateName = named(
  /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/,
  'the name of a template: letters, digits, - and _, at most 64 long',
);

const job = mapping('a job: a mapping with steps', {
  extends: listOf(templateName, 'the name of a template, or a list of names')
    .refine((value) => typeof value === 'string' || value.length <= mostExtended, {
      error: `at most ${mostExtended} templates`,
    })
    .optional()
    .meta({
      description:
        'Templates that this job is made of. Of a key that several of them have, the last one stands, and what the job ' +
        'itself says before all; `env` and `services` are put together by name.',
      unlessGiven: 'none',
      examples: ['node'],
    }),
  image: jobImage.optional().meta({ unlessGiven: 'the `image` of the file', examples: ['node:24'] }),
  runs_on: runsOn.optional(),
  matrix: matrix.optional(),
  env: environmentVariables.optional(),
  secrets: secrets.optional(),
  resources: resources.optional(),
  network: network.optional(),
  checkout: checkout.optional().meta({ unlessGiven: 'the `checkout` of the file' }),
  services: services.optional(),
  cache: caches.optional(),
  needs: listOf(text('the name of a job'), 'a list of names of jobs')
    .optional()
    .meta({
      description: 'Jobs that must have ended well before this one begins.',
      unlessGiven: 'it begins at once',
      examples: ['build'],
    }),
  when: condition.optional(),
  approval: approval.optional(),
  concurrency: groupConcurrency.optional(),
  timeout: duration.optional().meta({
    description: 'How long the job may take.',
    unlessGiven: '1h',
    examples: ['30m'],
  }),
  no_output_timeout: noOutputTimeout.optional(),
  allow_failure: flag.optional().meta({
    description: 'When true, a failure of this job does not fail the run, and the jobs that need it go on.',
    unlessGiven: 'false',
    examples: [true],
  }),
  steps,
  artifacts: artifacts.optional(),
  reports: reports.optional(),
});

/** A template may extend others, and says as much of a job as it likes. */
export const templates = z
  .record(templateName, job.partial(), { error: 'templates by name, each with keys of a job' })
  .refine((value) => Object.keys(value).length <= 100, { error: 'at most 100 templates' })
  .meta({
    description:
      'What jobs have in common, by name. A template has the keys of a job, none of which it must have, and does ' +
      'nothing by itself: jobs and other templates name it in `extends`.',
    unlessGiven: 'none',
    limits: 'up to 10 that extend one another; what all jobs take from them comes to 1 MiB at most',
    examples: [{ node: { image: 'node:24', env: { CI: 'true' } } }],
    keysOf: 'jobs',
  });

export const mostJobs = 200;

export const jobs = z
  .record(name, job, { error: 'jobs by name, each with steps' })
  .refine((value) => Object.keys(value).length > 0, { error: 'at least one job' })
  .refine((value) => Object.keys(value).length <= mostJobs, { error: `at most ${mostJobs} jobs` })
  .meta({
    description:
      'Jobs by name. Each runs its steps in a container of its own, at the same time as the others unless it `needs` them.',
    unlessGiven: 'the file is one job: `steps`',
    examples: [{ test: { steps: ['npm test'] } }],
  });

export type JobShape = z.output<typeof job>;
