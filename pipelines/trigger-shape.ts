import { z } from 'zod';
import { branchName, cron, mapping, oneOf, patterns, timeZone } from './shape-values.ts';

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
        }),
      ],
      { error: 'true, or a mapping with the base branches' },
    )
    .optional()
    .meta({
      description: 'Pull requests that are opened, reopened, or have new commits.',
      unlessGiven: 'none, when `on` is there',
      examples: [true],
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
  unlessGiven: 'every push to a branch and every pull request; no tags',
  examples: [{ push: { branches: ['main'] }, pull_request: true }],
});

export type TriggersShape = z.output<typeof triggers>;
