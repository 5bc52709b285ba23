import { z } from 'zod';
import { approval } from './approval-shape.ts';
import { groupConcurrency } from './concurrency-shape.ts';
import { bucketName, s3 } from './s3-shape.ts';
import {
  atMost,
  duration,
  environmentName,
  flag,
  mapping,
  named,
  oneOf,
  patterns,
  secrets,
  text,
} from './shape-values.ts';

/** Lengths are those of CodeDeploy's and S3's API references. */
const codedeploy = mapping('a mapping with application, group, bucket and region', {
  application: atMost(100, 'the name of a CodeDeploy application').meta({
    description: 'The CodeDeploy application.',
    examples: ['shop'],
  }),
  group: atMost(100, 'the name of a deployment group').meta({
    description: 'The deployment group of the application.',
    examples: ['production'],
  }),
  bucket: bucketName.meta({
    description: 'The bucket the bundle is put into, in the same region.',
    examples: ['shop-bundles'],
  }),
  key: atMost(1024, "an object key such as 'shop/{sha}.zip'")
    .optional()
    .meta({
      description:
        'The key of the bundle; may hold `{repository}`, `{ref}`, `{sha}`, `{run}`, `{environment}` and `{artifact}`.',
      unlessGiven: '{repository}/{environment}/{artifact}-{sha}.zip',
      examples: ['shop/{sha}.zip'],
    }),
  region: named(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region such as eu-west-1').meta({
    description: 'The region of application and bucket.',
    examples: ['eu-west-1'],
  }),
  config: atMost(100, 'the name of a deployment configuration')
    .optional()
    .meta({
      description: 'The deployment configuration: how many instances at a time.',
      unlessGiven: "the group's",
      examples: ['CodeDeployDefault.HalfAtATime'],
    }),
  description: atMost(256, 'a description')
    .optional()
    .meta({
      description: "Put before hookline's own words, which say run, commit and mark; 256 characters in all.",
      unlessGiven: "hookline's own words",
      examples: ['The shop'],
    }),
  file_exists_behavior: oneOf(['DISALLOW', 'OVERWRITE', 'RETAIN'])
    .optional()
    .meta({
      description: 'What becomes of files on the instances that no earlier revision put there.',
      unlessGiven: 'DISALLOW: the deployment fails',
      examples: ['OVERWRITE'],
    }),
  ignore_application_stop_failures: flag.optional().meta({
    description: 'When true, a broken stop script of the revision before does not stop the deployment.',
    unlessGiven: 'false',
    examples: [true],
  }),
  auto_rollback: flag.optional().meta({
    description: 'Whether CodeDeploy deploys the last good revision again after a failure.',
    unlessGiven: 'as the group is set',
    examples: [true],
  }),
  minimum_healthy: z
    .int({ error: 'a number of instances, 1 or more' })
    .min(1, { error: 'a number of instances, 1 or more' })
    .optional()
    .meta({
      description: 'The run fails when fewer instances than this succeeded, whatever CodeDeploy calls it.',
      unlessGiven: "CodeDeploy's verdict",
      examples: [2],
    }),
});

const deployment = mapping('a mapping with artifact and a target: local, codedeploy or s3', {
  artifact: text('the name of an artifact').meta({
    description: 'The artifact that is deployed; exactly one job makes it.',
    examples: ['app'],
  }),
  branches: patterns.optional().meta({
    unlessGiven: 'the branches of `on.push`; none when `tags` are given',
    examples: ['main'],
  }),
  tags: patterns.optional().meta({ unlessGiven: 'no tag', examples: ['v*'] }),
  schedules: flag.optional().meta({
    description: 'Whether the scheduled runs of its branches deploy, too.',
    unlessGiven: 'false',
    examples: [true],
  }),
  secrets: secrets.optional().meta({
    description:
      'Names of secrets of this repository, given to the scripts of the bundle, or to the target as credentials.',
    examples: [['DATABASE_URL']],
  }),
  timeout: duration.optional().meta({
    description: 'How long the deployment may take.',
    unlessGiven: '1h',
    examples: ['30m'],
  }),
  approval: approval.optional(),
  concurrency: groupConcurrency.optional(),
  local: z
    .union([z.null(), mapping('nothing: local has no settings', {})], { error: 'local: {}' })
    .optional()
    .meta({
      description:
        "Carries out the bundle's `appspec.yml` on the deployer's host, as HOOKLINE_LOCAL_DEPLOY allows it.",
      examples: [{}],
    }),
  codedeploy: codedeploy.optional().meta({
    description: 'Puts the bundle into a bucket and has AWS CodeDeploy deploy it to instances.',
    examples: [{ application: 'shop', group: 'production', bucket: 'shop-bundles', region: 'eu-west-1' }],
  }),
  s3: s3.optional().meta({
    description: 'Puts the files of the artifact into a bucket.',
    examples: [{ bucket: 'shop-site', region: 'eu-west-1' }],
  }),
});

export const deployments = z
  .record(environmentName, deployment, { error: 'deployments by name of their environment' })
  .meta({
    description:
      'Deployments, by the name of their environment. Each takes one artifact to one target: `local`, `codedeploy` or ' +
      '`s3`. It begins when the job that made the artifact has succeeded, for pushes only.',
    unlessGiven: 'nothing is deployed',
    examples: [{ production: { artifact: 'app', branches: ['main'], local: {} } }],
  });

export type DeploymentShape = z.output<typeof deployment>;
