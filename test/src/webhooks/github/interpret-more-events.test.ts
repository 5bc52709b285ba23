import { describe, expect, it } from 'vitest';
import { interpretGithubEvent } from '../../../../src/webhooks/github/interpret-github-event.ts';
import { WebhookRefusal } from '../../../../src/webhooks/webhook-refusal.ts';
import type { Json } from '../../../githost/example-payload.ts';
import { examplePayload, examplesOf } from './examples.ts';

const of = (event: string, action?: string) =>
  examplePayload(event, (payload) => action === undefined || payload['action'] === action);

describe('a merge group that GitHub really sent', () => {
  it('is built at its own head, for the branch that it is to be merged into', () => {
    const payload = of('merge_group', 'checks_requested');
    const group = payload['merge_group'] as Json;
    expect(interpretGithubEvent({ event: 'merge_group', payload })).toMatchObject({
      changes: [
        {
          event: 'merge_group',
          ref: group['head_ref'],
          sha: group['head_sha'],
          before: group['base_sha'],
          mergeGroup: { baseBranch: 'main' },
          fork: false,
        },
      ],
    });
  });

  it('ends its runs when the queue takes it apart', () => {
    const payload: Json = { ...of('merge_group'), action: 'destroyed', reason: 'dequeued' };
    const { head_sha: sha } = payload['merge_group'] as Json;
    expect(interpretGithubEvent({ event: 'merge_group', payload })).toMatchObject({
      ignored: 'the merge queue took the group apart (dequeued)',
      over: { of: { event: 'merge_group', sha } },
    });
  });

  it('is built by its own event, not by the push of its branch, whose head is known all the same', () => {
    const ref = 'refs/heads/gh-readonly-queue/main/pr-104-929f8209d40f77f4abc622a499c93a83babdbe64';
    const payload = { ...examplePayload('push', ({ deleted }) => deleted === false), ref };
    const asked = interpretGithubEvent({ event: 'push', payload });
    expect(asked).toMatchObject({
      ignored: expect.stringContaining('merge_group event'),
      skipped: [{ ref }],
    });
  });
});

describe('a release that GitHub really sent', () => {
  it('is built at the commit of its tag, which has to be looked up', () => {
    const payload = of('release', 'published');
    const { tag_name: tag } = payload['release'] as Json;
    expect(interpretGithubEvent({ event: 'release', payload })).toMatchObject({
      lookUp: { event: 'release', ref: `refs/tags/${tag}`, tag, release: { action: 'published' } },
    });
  });

  it('builds nothing when it is deleted, or a draft, or of what is no tag', () => {
    const deleted = { event: 'release', payload: of('release', 'deleted') };
    expect(interpretGithubEvent(deleted)).toEqual({ ignored: 'release action deleted builds nothing' });
    const created = of('release', 'created');
    const release = created['release'] as Json;
    const draft = { event: 'release', payload: { ...created, release: { ...release, draft: true } } };
    expect(interpretGithubEvent(draft)).toEqual({
      ignored: 'release action created of a draft builds nothing',
    });
    const hostile = { ...created, release: { ...release, tag_name: '../x --upload-pack=evil' } };
    expect(() => interpretGithubEvent({ event: 'release', payload: hostile })).toThrow(WebhookRefusal);
  });

  it.each(examplesOf('release').map(({ label, payload }) => [label, payload]))(
    '%s is understood',
    (_, payload) => {
      expect(interpretGithubEvent({ event: 'release', payload })).toHaveProperty('ignored');
    },
  );
});

describe('what somebody dispatched', () => {
  it('is built at the head of the branch, with its type and payload', () => {
    const payload = { ...of('repository_dispatch'), client_payload: { env: 'stage', text: 'a\0\\b' } };
    const asked = interpretGithubEvent({ event: 'repository_dispatch', payload });
    expect(asked).toMatchObject({
      lookUp: {
        event: 'dispatch',
        ref: 'refs/heads/master',
        branch: 'master',
        dispatch: { type: 'on-demand-test' },
      },
    });
    const { lookUp } = asked as { lookUp: { dispatch: { payload: string } } };
    expect(JSON.parse(lookUp.dispatch.payload)).toEqual(payload.client_payload);
  });

  it('is left alone when its payload has no room in an environment', () => {
    const payload = { ...of('repository_dispatch'), client_payload: { text: 'x'.repeat(70_000) } };
    expect(interpretGithubEvent({ event: 'repository_dispatch', payload })).toEqual({
      ignored: 'the payload of dispatch on-demand-test has more than 65536 bytes',
    });
  });
});

describe('a pull request', () => {
  const pull = (action: string, given: Json = {}, more: Json = {}) => {
    const payload = of('pull_request', action);
    const changed = { ...payload, ...more, pull_request: { ...(payload['pull_request'] as Json), ...given } };
    return interpretGithubEvent({ event: 'pull_request', payload: changed });
  };

  it('that is closed or merged ends its runs', () => {
    expect(pull('closed', { merged: false })).toMatchObject({
      ignored: 'the pull request was closed',
      over: { of: { pullRequest: 2 }, by: 'Codertocat' },
    });
    expect(pull('closed', { merged: true })).toMatchObject({ ignored: 'the pull request was merged' });
  });

  it('tells its labels, and the one that it was given just now', () => {
    expect(pull('labeled')).toMatchObject({
      changes: [{ pullRequest: { labels: ['bug'], labeled: 'bug' } }],
    });
    expect(pull('labeled', { state: 'closed' })).toHaveProperty('ignored');
    expect(pull('unlabeled')).toHaveProperty('ignored');
    expect(pull('opened')).not.toHaveProperty('changes.0.pullRequest.labels');
  });
});

describe('a push', () => {
  const push = (given: Json = {}) => {
    const payload = examplePayload('push', ({ deleted }) => deleted === false);
    return interpretGithubEvent({
      event: 'push',
      payload: { ...payload, ref: 'refs/heads/topic', ...given },
    });
  };
  const commit = { id: 'c'.repeat(40), message: 'One', author: { name: 'Ada', email: 'ada@example.org' } };

  it('that makes a branch and brings no commits is built at its head, with nothing before it', () => {
    const asked = push({
      created: true,
      before: '0'.repeat(40),
      commits: [],
      head_commit: commit,
      after: commit.id,
    });
    expect(asked).toMatchObject({ changes: [{ event: 'push', sha: commit.id, title: 'One' }] });
    expect(asked).not.toHaveProperty('changes.0.before');
  });

  it('of as many commits as GitHub tells is built at its head', () => {
    const commits = Array.from({ length: 2_048 }, () => commit);
    expect(push({ commits, head_commit: commit, after: commit.id })).toMatchObject({
      changes: [{ sha: commit.id }],
    });
  });

  it('that rewrites history says so, and where the branch stood before', () => {
    const before = 'd'.repeat(40);
    expect(push({ forced: true, before })).toMatchObject({ changes: [{ forced: true, before }] });
    expect(push({ forced: false })).not.toHaveProperty('changes.0.forced');
  });
});
