import type { EmitterWebhookEvent } from '@octokit/webhooks/types';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import { interpretGithubEvent } from '../../../../src/webhooks/github/interpret-github-event.ts';
import type { pullRequestPayload } from '../../../../src/webhooks/github/interpret-pull-request.ts';
import type { pushPayload } from '../../../../src/webhooks/github/interpret-push.ts';
import { examplePayload } from './examples.ts';

const zeros = '0'.repeat(40);
const sha = '6113728f27ae82c7b1a177c8d03f9e96e0adf246';

function push(changes: Record<string, unknown> = {}) {
  const payload = examplePayload('push', ({ ref }) => ref === 'refs/heads/master');
  return interpretGithubEvent({ event: 'push', payload: { ...payload, ...changes } });
}

function pushWithMessage(message: string) {
  return push({ head_commit: { id: sha, message, author: { name: 'Mona', email: 'mona@example.com' } } });
}

function tag(changes: Record<string, unknown> = {}) {
  const payload = examplePayload(
    'push',
    (example) => String(example['ref']).startsWith('refs/tags/') && !example['deleted'],
  );
  return interpretGithubEvent({ event: 'push', payload: { ...payload, ...changes } });
}

function pullRequest(
  action: string,
  changes: Record<string, unknown> = {},
  top: Record<string, unknown> = {},
) {
  const payload = examplePayload('pull_request', (example) => example['action'] === 'opened');
  const pull = payload['pull_request'] instanceof Object ? payload['pull_request'] : {};
  return interpretGithubEvent({
    event: 'pull_request',
    payload: { ...payload, action, ...top, pull_request: { ...pull, ...changes } },
  });
}

const head = { ref: 'changes', sha: 'ec26c3e57ca3a959ca5aad62de7213c562f8c821' };

describe('a push to GitHub', () => {
  it('of a branch is built at the commit it ends in', () => {
    expect(push()).toEqual({
      changes: [
        {
          provider: 'github',
          event: 'push',
          repository: 'Codertocat/Hello-World',
          ref: 'refs/heads/master',
          sha,
          branch: 'master',
          fork: false,
          title: 'Initial commit',
          message: 'Initial commit',
          author: {
            name: 'Codertocat',
            email: '21031067+Codertocat@users.noreply.github.com',
            login: 'Codertocat',
          },
          sender: 'Codertocat',
          defaultBranch: 'master',
        },
      ],
    });
  });

  it('says where the branch stood before, and when history was rewritten', () => {
    const before = 'a'.repeat(40);
    expect(push({ before, forced: true, created: false })).toMatchObject({
      changes: [{ before, forced: true }],
    });
  });

  it('of a new branch that brings no commits of its own is built', () => {
    expect(push({ ref: 'refs/heads/feature/login', commits: [] })).toMatchObject({
      changes: [{ branch: 'feature/login', sha }],
    });
  });

  it('that deletes a branch or a tag builds nothing and says which', () => {
    const deletion = { deleted: true, after: zeros, head_commit: null };
    expect(push({ ...deletion, ref: 'refs/heads/feature-x' })).toEqual({
      ignored: 'branch feature-x was deleted',
      deleted: [{ repository: 'Codertocat/Hello-World', name: 'feature-x' }],
    });
    expect(push({ ...deletion, ref: 'refs/tags/v1' })).toEqual({ ignored: 'tag v1 was deleted' });
    expect(push({ after: zeros, head_commit: null })).toMatchObject({
      ignored: 'branch master was deleted',
    });
  });

  it('of a tag is built at the tagged commit', () => {
    expect(tag()).toMatchObject({
      changes: [{ event: 'tag', ref: 'refs/tags/simple-tag', tag: 'simple-tag', sha }],
    });
    expect(tag()).not.toHaveProperty('changes.0.branch');
  });

  it('of an annotated tag is built at the commit the tag points to, not at the tag object', () => {
    expect(tag({ after: 'b'.repeat(40) })).toMatchObject({ changes: [{ sha }] });
  });

  it('of a tag whose commit is not told is built at what the reference holds', () => {
    expect(tag({ after: 'b'.repeat(40), head_commit: null })).toMatchObject({
      changes: [{ sha: 'b'.repeat(40), title: '', author: { name: 'Codertocat' } }],
    });
  });

  it('of any other reference builds nothing', () => {
    expect(push({ ref: 'refs/notes/commits' })).toEqual({
      ignored: 'refs/notes/commits is neither a branch nor a tag',
    });
  });

  it('takes the subject as title and leaves the message whole', () => {
    expect(pushWithMessage('Mend the door\n\nIt was open.\n')).toMatchObject({
      changes: [{ title: 'Mend the door', message: 'Mend the door\n\nIt was open.\n' }],
    });
  });

  it('whose head commit asks to be skipped builds nothing and names the words', () => {
    expect(pushWithMessage('Change a comment [skip ci]')).toMatchObject({
      ignored: "the head commit's message says [skip ci]",
      skipped: [{ provider: 'github', repository: 'Codertocat/Hello-World', ref: 'refs/heads/master' }],
    });
  });

  it('of a repository with SHA-256 object ids is built', () => {
    const after = 'c'.repeat(64);
    expect(push({ after, before: '0'.repeat(64) })).toMatchObject({ changes: [{ sha: after }] });
    expect(push({ after, before: '0'.repeat(64) })).not.toHaveProperty('changes.0.before');
  });
});

describe('a pull request on GitHub', () => {
  it('is built at its head commit', () => {
    expect(pullRequest('opened')).toEqual({
      changes: [
        {
          provider: 'github',
          event: 'pull_request',
          repository: 'Codertocat/Hello-World',
          ref: 'refs/pull/2/head',
          sha: 'ec26c3e57ca3a959ca5aad62de7213c562f8c821',
          pullRequest: {
            number: 2,
            title: 'Update the README with new information.',
            headRepository: 'Codertocat/Hello-World',
            headBranch: 'changes',
            baseBranch: 'master',
            baseSha: 'f95f852bd8fca8fcc58a9a2d6c842781e32a215e',
            fork: false,
            draft: false,
          },
          fork: false,
          title: 'Update the README with new information.',
          message: 'This is a pretty simple change that we need to pull into master.',
          author: { name: 'Codertocat', login: 'Codertocat' },
          sender: 'Codertocat',
          defaultBranch: 'master',
        },
      ],
    });
  });

  it.each(['opened', 'reopened', 'synchronize', 'ready_for_review'])('is built when %s', (action) => {
    expect(pullRequest(action)).toHaveProperty('changes.0.ref', 'refs/pull/2/head');
  });

  it('is built when it is to be merged into another branch, not when only its text was edited', () => {
    const moved = { changes: { base: { ref: { from: 'master' }, sha: { from: sha } } } };
    expect(pullRequest('edited', {}, moved)).toHaveProperty('changes');
    expect(pullRequest('edited', {}, { changes: { title: { from: 'Old' } } })).toEqual({
      ignored: 'pull_request action edited builds nothing',
    });
  });

  it.each(['unlabeled', 'converted_to_draft', 'locked', 'invented_tomorrow'])(
    'builds nothing when %s, and says so',
    (action) => {
      expect(pullRequest(action)).toEqual({ ignored: `pull_request action ${action} builds nothing` });
    },
  );

  it('from another repository is a fork', () => {
    const read = pullRequest('opened', { head: { ...head, repo: { full_name: 'stranger/Hello-World' } } });
    expect(read).toMatchObject({
      changes: [{ fork: true, pullRequest: { fork: true, headRepository: 'stranger/Hello-World' } }],
    });
  });

  it('whose head repository was deleted is a fork', () => {
    expect(pullRequest('synchronize', { head: { ...head, repo: null } })).toMatchObject({
      changes: [{ fork: true, pullRequest: { fork: true, headRepository: null } }],
    });
  });

  it('says where its head stood before, what is a draft, and does without a text or an author', () => {
    const before = 'd'.repeat(40);
    const read = pullRequest(
      'synchronize',
      { draft: true, body: null, user: null },
      { before, sender: null },
    );
    expect(read).toMatchObject({
      changes: [{ before, message: '', author: { name: 'unknown' }, pullRequest: { draft: true } }],
    });
  });
});

describe('any other event of GitHub', () => {
  it.each([
    ['ping', 'a ping builds nothing: it says that the webhook works'],
    ['label', 'event label builds nothing'],
    ['invented', 'event invented is not one that hookline knows'],
  ])('builds nothing: %s', (event, ignored) => {
    expect(interpretGithubEvent({ event, payload: null })).toEqual({ ignored });
  });
});

describe('what we read of payloads', () => {
  it('is part of what GitHub documents, as @octokit/webhooks has it', () => {
    expectTypeOf<EmitterWebhookEvent<'push'>['payload']>().toExtend<z.input<typeof pushPayload>>();
    expectTypeOf<EmitterWebhookEvent<'pull_request.opened'>['payload']>().toExtend<
      z.input<typeof pullRequestPayload>
    >();
    expectTypeOf<EmitterWebhookEvent<'pull_request.synchronize'>['payload']>().toExtend<
      z.input<typeof pullRequestPayload>
    >();
  });
});
