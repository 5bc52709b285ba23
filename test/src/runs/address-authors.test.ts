import { expect, it } from 'vitest';
import type { NotificationPlan } from '../../../pipelines/notification.ts';
import { addressAuthors } from '../../../src/runs/address-authors.ts';
import { buildPlan } from './sample-run.ts';

const on = { success: 'always', failure: 'always', error: 'always', cancelled: 'never' } as const;
const toAuthor: NotificationPlan = { on, target: { type: 'email', to: 'author' } };
const toTeam: NotificationPlan = { on, target: { type: 'email', to: ['team@example.com'] } };

function addressed(authorEmail: string, committerEmail?: string) {
  const commit = { sha: 'a', subject: '', message: '', authorName: 'Ada', authorEmail };
  const plan = { jobs: [buildPlan('a')], notifications: [toAuthor, toTeam] };
  return addressAuthors(
    plan,
    committerEmail === undefined ? commit : { ...commit, committerEmail },
  ).notifications?.map(({ target }) => (target.type === 'email' ? target.to : target.url));
}

it('writes to author and committer, once where they are one', () => {
  expect(addressed('ada@example.com', 'bob@example.com')).toEqual([
    ['ada@example.com', 'bob@example.com'],
    ['team@example.com'],
  ]);
  expect(addressed('ada@example.com', 'ada@example.com')?.[0]).toEqual(['ada@example.com']);
  expect(addressed('ada@example.com')?.[0]).toEqual(['ada@example.com']);
});

it.each([
  'noreply@github.com',
  '1234+ada@users.noreply.github.com',
  'no-reply@example.com',
  '',
  'ada',
  'ada@example.com\nBcc: all@example.com',
  '"Ada" <ada@example.com>',
  'ada@example.com, all@example.com',
])('does not write to %j', (address) => {
  expect(addressed(address, 'bob@example.com')?.[0]).toEqual(['bob@example.com']);
});
