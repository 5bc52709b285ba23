import { z } from 'zod';
import { addressForm, isWebAddress, notifyWhens, secretForm } from './notification.ts';
import { flag, listOf, mapping, oneOf, patterns, text } from './shape-values.ts';

const address = text('an address such as team@example.com').refine(
  (value) => addressForm.test(value) || secretForm.test(value),
  { error: 'an address such as team@example.com, or $NAME for one that is a secret' },
);

const webAddress = text('an address such as https://example.com/hook').refine(
  (value) => isWebAddress(value) || secretForm.test(value),
  { error: 'an address such as https://example.com/hook, or $NAME for one that is a secret' },
);

const notification = mapping('a mapping such as { email: team@example.com }', {
  email: z
    .union([z.literal('author'), listOf(address, 'addresses')], {
      error: 'author, or addresses such as team@example.com',
    })
    .optional()
    .meta({
      description:
        'Who is written to: `author` for author and committer of the commit, or addresses; `$NAME` is the secret that ' +
        'holds one.',
      examples: ['author', ['team@example.com', '$OPS_ADDRESS']],
    }),
  slack: webAddress.optional().meta({
    description: 'The address of an incoming webhook of Slack or its like, best kept as a secret.',
    examples: ['$SLACK_URL'],
  }),
  webhook: webAddress.optional().meta({
    description: 'Who is sent a signed JSON message.',
    examples: ['https://example.com/hook'],
  }),
  on_success: oneOf(notifyWhens)
    .optional()
    .meta({
      description: 'Whether a success is told; `change`: only when the run before on that branch was none.',
      unlessGiven: '`change` for email, `always` for the others',
      examples: ['never'],
    }),
  on_failure: oneOf(notifyWhens)
    .optional()
    .meta({
      description:
        'Whether it is told that a run failed or could not be carried out; `change`: only of the first after a success.',
      unlessGiven: 'always',
      examples: ['change'],
    }),
  on_cancel: oneOf(notifyWhens)
    .optional()
    .meta({
      description: 'Whether it is told that a run was cancelled.',
      unlessGiven: 'never',
      examples: ['always'],
    }),
  pull_requests: flag.optional().meta({
    description: 'Whether runs of pull requests are told of. Those of forks never are.',
    unlessGiven: '`false` for email, `true` for the others',
    examples: [true],
  }),
  branches: patterns.optional().meta({
    description: 'Only runs of these branches, and of pull requests into them, are told of.',
    unlessGiven: 'of every branch and tag',
    examples: ['main'],
  }),
}).refine(
  ({ email, slack, webhook }) => [email, slack, webhook].filter((each) => each !== undefined).length === 1,
  { error: 'one of email, slack and webhook, such as { email: team@example.com }' },
);

export const notifications = z
  .array(notification, { error: 'a list such as [{ email: team@example.com }]' })
  .max(20, { error: 'at most 20 notifications' })
  .meta({
    description: 'Who is told how runs end. Each entry has one of `email`, `slack` and `webhook`.',
    unlessGiven: 'nobody but the forge',
    examples: [[{ email: 'author' }, { slack: '$SLACK_URL', on_success: 'change' }]],
  });

export type NotificationsShape = z.output<typeof notifications>;
