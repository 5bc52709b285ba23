import { z } from 'zod';
import { durationPattern, parseDuration } from './duration.ts';
import { flag, listOf, mapping, named, text } from './shape-values.ts';

const longestMs = 30 * 24 * 60 * 60 * 1000;

const expires = text('a duration such as 24h')
  .regex(durationPattern, { error: 'a duration such as 24h or 72h', abort: true })
  .refine(
    (value) => {
      const durationMs = parseDuration(value) ?? 0;
      return durationMs > 0 && durationMs <= longestMs;
    },
    { error: 'more than 0s and at most 720h' },
  )
  .meta({
    description: 'How long the job waits before it ends as cancelled.',
    unlessGiven: '168h',
    examples: ['24h'],
  });

/** What may stand under `approval` of a job or a deployment. */
export const approval = z
  .union(
    [
      flag,
      mapping('true, or a mapping with by, message and expires', {
        by: listOf(
          named(/^[^\p{Cc}\s](?:[^\p{Cc}]{0,98}[^\p{Cc}\s])?$/u, 'the name of a person'),
          'a list of names of people',
        )
          .optional()
          .meta({
            description:
              'Who may say yes or no. The key of the service proves no name: this guards against mistakes.',
            unlessGiven: 'anybody',
            examples: [['alice', 'bob']],
          }),
        message: named(/^[^\p{Cc}]{1,500}$/u, 'a text on one line, of at most 500 characters')
          .optional()
          .meta({
            description: 'What whoever is asked should know.',
            unlessGiven: 'nothing is said',
            examples: ['Look at the graphs first'],
          }),
        expires: expires.optional(),
      }),
    ],
    { error: 'true, or a mapping with by, message and expires' },
  )
  .meta({
    description:
      'Once everything that it needs is there, the job waits until somebody approves or rejects it.',
    unlessGiven: 'false',
    examples: [true, { by: ['alice', 'bob'], expires: '24h' }],
  });

export type ApprovalShape = z.output<typeof approval>;
