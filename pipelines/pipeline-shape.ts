import type { z } from 'zod';
import { artifacts } from './artifact-shape.ts';
import { caches } from './cache-shape.ts';
import { checkout } from './checkout-shape.ts';
import { runConcurrency } from './concurrency-shape.ts';
import { deployments } from './deploy-shape.ts';
import { include } from './include-shape.ts';
import { jobs, network, noOutputTimeout, templates } from './job-shape.ts';
import { notifications } from './notification-shape.ts';
import { reports } from './report-shape.ts';
import { resources } from './resource-shape.ts';
import { services } from './service-shape.ts';
import { duration, environmentVariables, flag, image, mapping, secrets } from './shape-values.ts';
import { steps } from './step-shape.ts';
import { triggers } from './trigger-shape.ts';

/**
 * The shape of `.hookline.yml`: what may stand where, one value at a time. What takes two places of the
 * file to decide is in the checks beside it. The `meta` of a key is what editors, the JSON Schema and its page of
 * the reference say of it: `unlessGiven` is what holds without the key, `limits` what its checks cannot tell.
 */
export const pipelineShape = mapping('a mapping with steps or jobs', {
  include: include.optional(),
  on: triggers.optional(),
  env: environmentVariables.optional(),
  image: image.optional(),
  checkout: checkout.optional(),
  concurrency: runConcurrency.optional(),
  jobs: jobs.optional(),
  templates: templates.optional(),
  secrets: secrets.optional(),
  timeout: duration.optional().meta({
    description:
      'Beside `jobs`: how long the whole run may take from the start of its first job, not counting the time in which ' +
      'all of it waits for an approval or a group. Beside `steps`: as the timeout of their one job.',
    unlessGiven: 'as the installation is set (HOOKLINE_RUN_TIMEOUT_S); beside `steps` 1h',
    examples: ['2h'],
  }),
  no_output_timeout: noOutputTimeout.optional(),
  resources: resources.optional(),
  network: network.optional(),
  services: services.optional(),
  cache: caches.optional(),
  steps: steps.optional(),
  artifacts: artifacts.optional(),
  reports: reports.optional(),
  deploy: deployments.optional(),
  notifications: notifications.optional(),
  pull_request_comment: flag.optional().meta({
    description:
      'Tells of the newest run of a pull request by one comment below it, which is kept up to date: results, failing steps, ' +
      'artifacts and deployments.',
    unlessGiven: 'no comment',
    examples: [true],
  }),
});

export type PipelineShape = z.output<typeof pipelineShape>;
