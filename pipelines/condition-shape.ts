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
        status: status.optional(),
        event: listOf(
          oneOf(['push', 'tag', 'pull_request', 'schedule']),
          'push, tag, pull_request or schedule, or a list of them',
        ).optional(),
        branches: patterns
          .optional()
          .describe('Globs of the branch pushed, or of the base branch of a pull request.'),
        tags: patterns.optional(),
      }),
      status,
    ],
    { error: expected },
  )
  .describe(
    'When the job is carried out. By status: after all that it needs has succeeded (success, as without when), after ' +
      'something of it failed (failure), or after it ended in whatever way (always). By event, branches and tags: ' +
      'elsewhere the job is left out, and those that need it go on without it.',
  );

export type ConditionShape = z.output<typeof condition>;
