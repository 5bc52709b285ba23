import { z } from 'zod';
import { branchName, cron, flag, mapping, oneOf, patterns, timeZone } from './shape-values.ts';

const schedule = mapping("a mapping such as { cron: '0 3 * * 1-5' }", {
  cron: cron.meta({ examples: ['0 3 * * 1-5'] }),
  timezone: timeZone.optional().meta({ unlessGiven: 'UTC', examples: ['Europe/Paris'] }),
  branch: branchName.optional().meta({
    description: 'The branch to build, in whose own file the schedule must stand.',
    unlessGiven: 'the default branch',
    examples: ['main'],
  }),
  missed: oneOf(['skip', 'once'])
    .optional()
    .meta({
      description:
        'What becomes of times that passed by more than an hour while hookline was down: skip leaves them out, once ' +
        'makes one run for all of them.',
      unlessGiven: 'skip',
      examples: ['once'],
    }),
});

/** Absent or without a value is the same: `push:` alone says "pushes". */
const eventSwitch = [z.boolean(), z.null()] as const;

export const triggers = mapping('a mapping such as { push: true, pull_request: true }', {
  push: z
    .union(
      [
        ...eventSwitch,
        mapping('branches and tags', {
          branches: patterns.optional().meta({
            unlessGiven: 'every branch; none when only tags are given',
            examples: [['main', 'release/*']],
          }),
          tags: patterns.optional().meta({ unlessGiven: 'no tag', examples: ['v*'] }),
        }),
      ],
      { error: 'true, or a mapping with branches, tags or both' },
    )
    .optional()
    .meta({
      description: 'Pushes to branches, and pushed tags.',
      unlessGiven: 'none, when `on` is there',
      examples: [true, { branches: ['main'], tags: ['v*'] }],
    }),
  pull_request: z
    .union(
      [
        ...eventSwitch,
        mapping('branches', {
          branches: patterns.optional().meta({
            description: 'Globs of the base branch: the one that the pull request is to be merged into.',
            unlessGiven: 'every branch',
            examples: ['main'],
          }),
          drafts: flag.optional().meta({
            description: 'false leaves out drafts until they are ready for review.',
            unlessGiven: 'true',
            examples: [false],
          }),
          labels: patterns.optional().meta({
            description:
              'Globs of labels, one of which the pull request must have. One that it is given later starts the pipeline, too.',
            unlessGiven: 'labels do not matter',
            examples: [['run-e2e']],
          }),
        }),
      ],
      { error: 'true, or a mapping with the base branches, drafts or labels' },
    )
    .optional()
    .meta({
      description: 'Pull requests that are opened, reopened, or have new commits.',
      unlessGiven: 'none, when `on` is there',
      examples: [true],
    }),
  merge_group: z
    .union(
      [
        ...eventSwitch,
        mapping('branches', {
          branches: patterns.optional().meta({
            description: 'Globs of the base branch: the one that the queue merges into.',
            unlessGiven: 'every branch',
            examples: ['main'],
          }),
        }),
      ],
      { error: 'true, or a mapping with the base branches' },
    )
    .optional()
    .meta({
      description:
        "Groups of a merge queue: what the base branch would be with the queue's pull requests merged. Reported under the " +
        'names of pull requests, which the queue waits for.',
      unlessGiven: 'none, when `on` is there',
      examples: [true],
    }),
  release: z
    .union(
      [
        ...eventSwitch,
        mapping('types', {
          types: patterns.optional().meta({
            description:
              'What became of the release, in words of GitHub: published, released, prereleased, edited, …',
            unlessGiven: 'published',
            examples: [['published']],
          }),
        }),
      ],
      { error: 'true, or a mapping with types' },
    )
    .optional()
    .meta({
      description: 'Releases. Built is the commit of their tag.',
      unlessGiven: 'none',
      examples: [true, { types: ['prereleased', 'released'] }],
    }),
  dispatch: z
    .union(
      [
        ...eventSwitch,
        mapping('types', {
          types: patterns.optional().meta({
            description: 'Globs of the type that the sender gives it.',
            unlessGiven: 'every type',
            examples: [['nightly-data']],
          }),
        }),
      ],
      { error: 'true, or a mapping with types' },
    )
    .optional()
    .meta({
      description:
        "What somebody dispatches by GitHub's API (repository_dispatch). Built is the head of the default branch, with " +
        '`HOOKLINE_DISPATCH_TYPE` and `HOOKLINE_DISPATCH_PAYLOAD` (JSON) in the environment.',
      unlessGiven: 'none',
      examples: [true, { types: ['nightly-data'] }],
    }),
  schedule: z
    .array(schedule, { error: "a list such as [{ cron: '0 3 * * 1-5' }]" })
    .min(1, { error: 'at least one schedule' })
    .max(20, { error: 'at most 20 schedules' })
    .optional()
    .meta({
      description: 'Times at which a branch is built by itself.',
      unlessGiven: 'none',
      examples: [[{ cron: '0 3 * * 1-5', timezone: 'Europe/Paris' }]],
    }),
}).meta({
  description: 'What starts the pipeline.',
  unlessGiven: 'every push to a branch, every pull request and every group of a merge queue; no tags',
  examples: [{ push: { branches: ['main'] }, pull_request: true }],
});

export type TriggersShape = z.output<typeof triggers>;
