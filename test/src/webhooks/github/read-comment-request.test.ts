import { describe, expect, it } from 'vitest';
import { readCommentRequest } from '../../../../src/webhooks/github/read-comment-request.ts';
import { WebhookRefusal } from '../../../../src/webhooks/webhook-refusal.ts';
import type { Json } from '../../../githost/example-payload.ts';
import { examplePayload, examplesOf } from './examples.ts';

type Given = { action?: string; issue?: Json; comment?: Json; sender?: Json };

/** A comment that GitHub really sent, as if it stood below a pull request and began like this. */
function comment(body: string, { action = 'created', ...given }: Given = {}) {
  const payload = examplePayload('issue_comment', (example) => example['action'] === action);
  const part = (name: string) => payload[name] as Json;
  return {
    event: 'issue_comment',
    payload: {
      ...payload,
      issue: { ...part('issue'), pull_request: { url: 'https://api.github.com/pulls/1' }, ...given.issue },
      comment: { ...part('comment'), body, ...given.comment },
      sender: { ...part('sender'), ...given.sender },
    },
  };
}

describe('of what GitHub really sends', () => {
  it('a new comment whose first line is a command asks for it', () => {
    expect(readCommentRequest(comment('/hookline retry\nthe network was down'))).toEqual({
      repository: 'Codertocat/Hello-World',
      pullRequest: 1,
      commentId: 492700400,
      by: 'Codertocat',
      command: { type: 'retry' },
    });
  });

  it.each([
    ['edited later', comment('/hookline retry', { action: 'edited' })],
    ['deleted', comment('/hookline retry', { action: 'deleted' })],
    ['below an issue', comment('/hookline retry', { issue: { pull_request: undefined } })],
    ['below a closed pull request', comment('/hookline retry', { issue: { state: 'closed' } })],
    ['of a bot', comment('/hookline retry', { sender: { type: 'Bot' } })],
    [
      'of an App for somebody',
      comment('/hookline retry', { comment: { performed_via_github_app: { id: 1 } } }),
    ],
    ['that is no command', comment('Nice')],
    ['without text', comment('', { comment: { body: null } })],
  ])('one %s asks for nothing', (_, delivery) => {
    expect(readCommentRequest(delivery)).toBeUndefined();
  });

  it.each(examplesOf('issue_comment').map(({ label, payload }) => [label, payload]))(
    'nor does %s',
    (_, payload) => {
      expect(readCommentRequest({ event: 'issue_comment', payload })).toBeUndefined();
    },
  );
});

it('a payload of another shape is refused, and one of another event is not looked at', () => {
  const broken = { event: 'issue_comment', payload: { action: 'created' } };
  expect(() => readCommentRequest(broken)).toThrow(WebhookRefusal);
  expect(readCommentRequest({ event: 'issues', payload: {} })).toBeUndefined();
});
