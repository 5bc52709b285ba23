import { z } from 'zod';
import { listOf, mapping, oneOf, patterns } from './shape-values.ts';

const status = oneOf(['success', 'failure', 'always']);
const expected = 'success, failure or always, or a mapping with status, event, branches and tags';

/** What may stand under `when` of a job. */
export const condition = z
  .union(
    [
      // First, so that the mistakes inside of a mapping are told.
      mapping(expected, {
        status: status.optional().meta({
          description: 'After what the job is carried out, as `when: failure` says it in short.',
          unlessGiven: 'success',
          examples: ['failure'],
        }),
        event: listOf(
          oneOf(['push', 'tag', 'pull_request', 'merge_group', 'release', 'dispatch', 'schedule']),
          'push, tag, pull_request, merge_group, release, dispatch or schedule, or a list of them',
        )
          .optional()
          .meta({
            description: 'What the run must have been started by.',
            unlessGiven: 'every event counts',
            examples: [['push', 'schedule']],
          }),
        branches: patterns.optional().meta({
          description: 'Globs of the branch pushed, or of the base branch of a pull request or merge group.',
          unlessGiven: 'every branch; none when only tags are given',
          examples: ['main'],
        }),
        tags: patterns
          .optional()
          .meta({ unlessGiven: 'every tag; none when only branches are given', examples: ['v*'] }),
      }),
      status,
    ],
    { error: expected },
  )
  .meta({
    description:
      'When the job is carried out. By status: after all that it needs has succeeded (success, as without when), after ' +
      'something of it failed (failure), or after it ended in whatever way (always). By event, branches and tags: ' +
      'elsewhere the job is left out, and those that need it go on without it.',
    unlessGiven: 'success, for every change',
    examples: ['failure', { branches: ['main'] }],
  });

export type ConditionShape = z.output<typeof condition>;
