import { flag, mapping, named } from './shape-values.ts';

/** What may stand under `concurrency` of a job or a deployment. */
export const groupConcurrency = mapping("a mapping such as { group: 'deploy-{branch}' }", {
  group: named(/^[^\p{Cc}]{1,100}$/u, "the name of a group on one line, such as 'deploy-{branch}'").meta({
    description:
      'Of all jobs and deployments of the repository in one group, one is carried out at a time; the others wait ' +
      'for their turn in the order in which they came. `{branch}` is the branch or tag pushed, or the base branch ' +
      'of a pull request.',
    limits: 'at most 100 characters',
    examples: ['deploy-{branch}'],
  }),
  cancel_in_progress: flag.optional().meta({
    description:
      'When true, the newest wins: jobs of older runs that wait in the group or run in it end as superseded, unless ' +
      'they are deployments that have begun.',
    unlessGiven: 'false',
    examples: [true],
  }),
}).meta({
  description: 'Makes this wait for its turn.',
  unlessGiven: 'it waits for nobody',
  examples: [{ group: 'deploy-{branch}' }],
});

/** What may stand under `concurrency` of the file. */
export const runConcurrency = mapping('a mapping such as { supersede: true }', {
  supersede: flag.optional().meta({
    description:
      'Whether a newer run cancels the older ones of its pull request or branch that have not ended, unless they ' +
      'have begun to deploy. Tags are never superseded.',
    unlessGiven: 'true for pull requests, false for pushes',
    examples: [true],
  }),
}).meta({
  description:
    'What a newer run means for the older ones. One job at a time of a kind is the `concurrency` of jobs.',
  examples: [{ supersede: true }],
});
