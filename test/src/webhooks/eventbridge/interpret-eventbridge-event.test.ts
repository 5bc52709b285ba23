import { describe, expect, it } from 'vitest';
import type { Change } from '../../../../src/runs/change.ts';
import { interpretCodecommitEvent } from '../../../../src/webhooks/codecommit/interpret-codecommit-event.ts';
import { before, commit, pullRequestEvent, referenceEvent } from './eventbridge-examples.ts';

const interpret = (payload: unknown) => interpretCodecommitEvent({ payload });
const push: Change = {
  provider: 'codecommit',
  event: 'push',
  repository: 'MyDemoRepo',
  ref: 'refs/heads/main',
  sha: commit,
  before,
  branch: 'main',
  fork: false,
  title: '',
  message: '',
  author: { name: 'Mary_Major' },
  sender: 'Mary_Major',
  codecommit: { region: 'us-east-2', account: '123456789012' },
};

describe('a repository’s state change on EventBridge', () => {
  it('builds the commit that a branch was moved to, and knows where it stood', () => {
    expect(interpret(referenceEvent())).toEqual({ changes: [push] });
  });

  it('builds a new branch', () => {
    const { before: _before, ...created } = push;
    const event = referenceEvent({ event: 'referenceCreated', oldCommitId: undefined });
    expect(interpret(event)).toEqual({ changes: [created] });
  });

  it('builds a new tag', () => {
    const { before: _before, branch: _branch, ...tagged } = push;
    const tag = { referenceFullName: 'refs/tags/v1', referenceName: 'v1', referenceType: 'tag' };
    const event = referenceEvent({ event: 'referenceCreated', oldCommitId: undefined, ...tag });
    expect(interpret(event)).toEqual({
      changes: [{ ...tagged, event: 'tag', ref: 'refs/tags/v1', tag: 'v1' }],
    });
  });

  it('says that a branch was deleted', () => {
    const event = referenceEvent({ event: 'referenceDeleted', commitId: undefined });
    expect(interpret(event)).toEqual({
      ignored: 'branch main was deleted',
      deleted: [{ repository: 'MyDemoRepo', name: 'main' }],
    });
  });

  it.each([
    [
      referenceEvent({ event: 'unreferencedMergeCommitCreated', referenceFullName: undefined }),
      'unreferenced',
    ],
    [referenceEvent({ referenceFullName: 'refs/notes/x' }), 'neither a branch nor a tag'],
    [referenceEvent({}, { resources: [] }), 'names no repository'],
    [
      referenceEvent({}, { 'detail-type': 'CodeCommit Comment on Commit' }),
      'Comment on Commit builds nothing',
    ],
  ])('builds nothing for %#', (event, reason) => {
    expect(interpret(event)).toMatchObject({ ignored: expect.stringContaining(reason) });
  });

  it.each([
    { referenceFullName: 'refs/heads/--upload-pack=x' },
    { referenceFullName: 'refs/heads/a..b' },
    { commitId: 'HEAD' },
    { oldCommitId: '--all' },
  ])('is refused with %j, which git would not take', (detail) => {
    expect(() => interpret(referenceEvent(detail))).toThrow(/malformed/);
  });
});

describe('a pull request’s state change on EventBridge', () => {
  it.each(['pullRequestCreated', 'pullRequestSourceBranchUpdated'])(
    'builds its source commit: %s',
    (event) => {
      const { before: _before, branch: _branch, ...common } = push;
      expect(interpret(pullRequestEvent({ event }))).toEqual({
        changes: [
          {
            ...common,
            event: 'pull_request',
            ref: 'refs/heads/test-branch',
            pullRequest: {
              number: 7,
              title: 'My example change',
              headRepository: 'MyDemoRepo',
              headBranch: 'test-branch',
              baseBranch: 'main',
              baseSha: before,
              fork: false,
              draft: false,
            },
            title: 'My example change',
            message: 'An example description.\nOf two lines.',
            author: { name: 'Saanvi_Sarkar' },
          },
        ],
      });
    },
  );

  it('takes names of branches without refs/heads/, as in AWS’s examples', () => {
    const asked = interpret(
      pullRequestEvent({ sourceReference: 'test-branch', destinationReference: 'main' }),
    );
    expect(asked).toEqual(interpret(pullRequestEvent()));
  });

  it.each([
    [
      { event: 'pullRequestStatusChanged', pullRequestStatus: 'Closed' },
      'pullRequestStatusChanged builds nothing',
    ],
    [
      { event: 'pullRequestMergeStatusUpdated', isMerged: 'True' },
      'pullRequestMergeStatusUpdated (merged) builds nothing',
    ],
    [{ event: 'pullRequestApprovalStateChanged' }, 'pullRequestApprovalStateChanged builds nothing'],
  ])('builds nothing after %j', (detail, ignored) => {
    expect(interpret(pullRequestEvent(detail))).toEqual({ ignored });
  });

  it.each([
    { pullRequestId: 7 },
    { pullRequestId: '../7' },
    { sourceCommit: 'main' },
    { sourceReference: '-x' },
  ])('is refused with %j', (detail) => {
    expect(() => interpret(pullRequestEvent(detail))).toThrow(/malformed/);
  });
});
