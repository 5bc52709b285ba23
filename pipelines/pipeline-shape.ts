import { z } from 'zod';
import { approval } from './approval-shape.ts';
import { caches } from './cache-shape.ts';
import { condition } from './condition-shape.ts';
import { matrix } from './matrix-shape.ts';
import { resources } from './resource-shape.ts';
import { s3 } from './s3-shape.ts';
import { services } from './service-shape.ts';
import {
  artifactName,
  atMost,
  branchName,
  cron,
  directory,
  duration,
  environmentName,
  environmentVariables,
  flag,
  image,
  jobImage,
  listOf,
  mapping,
  name,
  named,
  oneOf,
  paths,
  patterns,
  secrets,
  text,
  timeZone,
} from './shape-values.ts';

/** Linux takes at most 128 KiB in one argument, and a script is handed to its shell as one. */
const longestScriptBytes = 100 * 1024;

const script = text('a shell command')
  .refine((value) => value.trim() !== '', { error: 'a shell command' })
  .refine((value) => Buffer.byteLength(value) <= longestScriptBytes, {
    error: 'a script of at most 100 KiB: put it in a file of the repository and run that',
  })
  .refine((value) => !value.includes('\0'), { error: 'a script without NUL characters' });

const retry = z
  .union(
    [
      z
        .int({ error: 'how often it is tried again: a whole number from 1 to 9' })
        .min(1, { error: 'how often it is tried again: a whole number from 1 to 9' })
        .max(9, { error: 'how often it is tried again: a whole number from 1 to 9' }),
      mapping('how often it is tried again, such as 2, or a mapping such as { attempts: 3, wait: 10s }', {
        attempts: z
          .int({ error: 'how many tries there are: a whole number from 2 to 10' })
          .min(2, { error: 'how many tries there are: a whole number from 2 to 10' })
          .max(10, { error: 'how many tries there are: a whole number from 2 to 10' })
          .describe('How many tries there are, the first one counted.'),
        wait: duration
          .optional()
          .describe('How long to wait before each further try; unless given, not at all.'),
      }),
    ],
    { error: 'how often it is tried again, such as 2, or a mapping such as { attempts: 3, wait: 10s }' },
  )
  .describe(
    'Runs the step again in the same container when it fails: as often as the number says, or until it was tried ' +
      '`attempts` times. Each try has the whole `timeout` of the step. The last one counts.',
  );

const step = mapping('a command, or a mapping with run', {
  name: named(/^\P{Cc}{1,100}$/u, 'a name on one line, of at most 100 characters').optional(),
  run: script.describe('The script, handed whole to the shell.'),
  shell: oneOf(['sh', 'bash']).optional(),
  env: environmentVariables.optional(),
  working_directory: directory.optional(),
  timeout: duration.optional().describe('How long one try of the step may take.'),
  retry: retry.optional(),
  when: oneOf(['success', 'failure', 'always']).optional(),
  continue_on_error: flag.optional(),
});

const stepList = 'a list of steps, such as "- npm test"';
const steps = z
  .array(z.union([script, step], { error: 'a command, or a mapping with run' }), { error: stepList })
  .min(1, { error: 'at least one step' })
  .max(500, { error: 'at most 500 steps' });

const artifact = mapping('a mapping with name and paths', {
  name: artifactName.describe('Stored as <name>.zip; may hold {matrix.<axis>}.'),
  paths: paths.describe('What goes in: globs, files, or directories with all below them.'),
  exclude: paths.optional(),
  strip_prefix: directory.optional().describe('Leading directory to leave out of the names in the zip.'),
});

const artifacts = z
  .array(artifact, { error: 'a list of artifacts, each with name and paths' })
  .max(50, { error: 'at most 50 artifacts' });

const groupConcurrency = mapping("a mapping such as { group: 'deploy-{branch}' }", {
  group: named(/^[^\p{Cc}]{1,100}$/u, "the name of a group on one line, such as 'deploy-{branch}'").describe(
    'Of all jobs and deployments of the repository in one group, one is carried out at a time; the others wait ' +
      'for their turn in the order in which they came. {branch} is the branch or tag pushed, or the base branch ' +
      'of a pull request.',
  ),
  cancel_in_progress: flag
    .optional()
    .describe(
      'When true, the newest wins: jobs of older runs that wait in the group or run in it end as superseded, unless ' +
        'they are deployments that have begun.',
    ),
});

const noOutputTimeout = duration
  .optional()
  .describe(
    'Ends a step, and with it the job, that printed nothing for this long. Unless given: as the installation is ' +
      'set, which is no such limit unless somebody set one.',
  );

const runsOn = listOf(
  named(/^[a-z0-9][a-z0-9._-]{0,39}$/, 'a label of a-z, 0-9, -, _ and ., at most 40 long'),
  'a label, or a list of labels, that the runner must have',
).describe(
  'Labels that the runner of the job must have, all of them: those of HOOKLINE_RUNNER_LABELS, and its system and ' +
    'processor (linux, amd64, arm64), which each runner has by itself.',
);

const network = oneOf(['own', 'none'])
  .optional()
  .describe(
    'none: the steps reach nobody and nobody reaches them; the source and the image are fetched all the same. own unless given.',
  );

const job = mapping('a job: a mapping with steps', {
  image: jobImage.optional(),
  runs_on: runsOn.optional(),
  matrix: matrix.optional(),
  env: environmentVariables.optional(),
  secrets: secrets.optional(),
  resources: resources.optional(),
  network,
  services: services.optional(),
  cache: caches.optional(),
  needs: listOf(text('the name of a job'), 'a list of names of jobs').optional(),
  when: condition.optional(),
  approval: approval.optional(),
  concurrency: groupConcurrency.optional(),
  timeout: duration.optional().describe('How long the job may take; 1h unless given.'),
  no_output_timeout: noOutputTimeout,
  allow_failure: flag
    .optional()
    .describe('When true, a failure of this job does not fail the run, and the jobs that need it go on.'),
  steps,
  artifacts: artifacts.optional(),
});

const schedule = mapping("a mapping such as { cron: '0 3 * * 1-5' }", {
  cron,
  timezone: timeZone.optional(),
  branch: branchName
    .optional()
    .describe(
      'The branch to build, in whose own file the schedule must stand; the default branch unless given.',
    ),
  missed: oneOf(['skip', 'once'])
    .optional()
    .describe(
      'What becomes of times that passed by more than an hour while hookline was down: skip leaves them out, once ' +
        'makes one run for all of them. skip unless given.',
    ),
});

/** Absent or without a value is the same: `push:` alone says "pushes". */
const eventSwitch = [z.boolean(), z.null()] as const;

const triggers = mapping('a mapping such as { push: true, pull_request: true }', {
  push: z
    .union(
      [
        ...eventSwitch,
        mapping('branches and tags', { branches: patterns.optional(), tags: patterns.optional() }),
      ],
      { error: 'true, or a mapping with branches, tags or both' },
    )
    .optional(),
  pull_request: z
    .union([...eventSwitch, mapping('branches', { branches: patterns.optional() })], {
      error: 'true, or a mapping with the base branches',
    })
    .optional(),
  schedule: z
    .array(schedule, { error: "a list such as [{ cron: '0 3 * * 1-5' }]" })
    .min(1, { error: 'at least one schedule' })
    .max(20, { error: 'at most 20 schedules' })
    .optional(),
});

/** Lengths are those of CodeDeploy's and S3's API references. */
const codedeploy = mapping('a mapping with application, group, bucket and region', {
  application: atMost(100, 'the name of a CodeDeploy application'),
  group: atMost(100, 'the name of a deployment group'),
  bucket: named(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of an S3 bucket'),
  key: atMost(1024, "an object key such as 'shop/{sha}.zip'").optional(),
  region: named(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region such as eu-west-1'),
  config: atMost(100, 'the name of a deployment configuration').optional(),
  description: atMost(256, 'a description').optional(),
  file_exists_behavior: oneOf(['DISALLOW', 'OVERWRITE', 'RETAIN']).optional(),
  ignore_application_stop_failures: flag.optional(),
  auto_rollback: flag.optional(),
  minimum_healthy: z
    .int({ error: 'a number of instances, 1 or more' })
    .min(1, { error: 'a number of instances, 1 or more' })
    .optional(),
});

const deployment = mapping('a mapping with artifact and a target: local, codedeploy or s3', {
  artifact: text('the name of an artifact').describe('The artifact of exactly one job.'),
  branches: patterns.optional(),
  tags: patterns.optional(),
  schedules: flag
    .optional()
    .describe('Whether the scheduled runs of its branches deploy, too. false unless given.'),
  secrets: secrets.optional(),
  timeout: duration.optional(),
  approval: approval.optional(),
  concurrency: groupConcurrency.optional(),
  local: z
    .union([z.null(), mapping('nothing: local has no settings', {})], { error: 'local: {}' })
    .optional()
    .describe("Carries out the bundle's appspec.yml on the deployer's host."),
  codedeploy: codedeploy.optional(),
  s3: s3.optional().describe('Puts the files of the artifact into a bucket.'),
});

const concurrency = mapping('a mapping such as { supersede: true }', {
  supersede: flag
    .optional()
    .describe(
      'Whether a newer run cancels the older ones of its pull request or branch that have not ended, unless they ' +
        'have begun to deploy. Unless given: true for pull requests, false for pushes. Tags are never superseded.',
    ),
});

export const mostJobs = 200;

/**
 * The shape of `.hookline.yml`: what may stand where, one value at a time. What takes two places of the
 * file to decide is in the checks beside it.
 */
export const pipelineShape = mapping('a mapping with steps or jobs', {
  on: triggers.optional(),
  env: environmentVariables.optional(),
  image: image.optional(),
  concurrency: concurrency.optional(),
  jobs: z
    .record(name, job, { error: 'jobs by name, each with steps' })
    .refine((jobs) => Object.keys(jobs).length > 0, { error: 'at least one job' })
    .refine((jobs) => Object.keys(jobs).length <= mostJobs, { error: `at most ${mostJobs} jobs` })
    .optional(),
  secrets: secrets.optional(),
  timeout: duration
    .optional()
    .describe(
      'Beside jobs: how long the whole run may take from the start of its first job, not counting the time in which ' +
        'all of it waits for an approval or a group. Beside steps: as the timeout of their one job.',
    ),
  no_output_timeout: noOutputTimeout,
  resources: resources.optional(),
  network,
  services: services.optional(),
  cache: caches.optional(),
  steps: steps.optional().describe('Shorthand for a single job called build.'),
  artifacts: artifacts.optional(),
  deploy: z
    .record(environmentName, deployment, { error: 'deployments by name of their environment' })
    .optional(),
});

export type PipelineShape = z.output<typeof pipelineShape>;
export type JobShape = z.output<typeof job>;
export type StepShape = z.output<typeof step>;
export type ArtifactShape = z.output<typeof artifact>;
export type DeploymentShape = z.output<typeof deployment>;
export type TriggersShape = z.output<typeof triggers>;
export type VariablesShape = z.output<typeof environmentVariables>;
