import { describe, expect, it } from 'vitest';
import { makeChange, noCommit, shownReference } from '../../../src/local/make-change.ts';
import { repositoryName, type WorkingTree } from '../../../src/local/working-tree.ts';

const sha = 'b'.repeat(40);
const tree: WorkingTree = {
  root: '/src/shop',
  repository: 'octo/shop',
  branch: 'topic',
  defaultBranch: 'trunk',
  changes: 1,
  head: { sha, subject: 'Mend', message: 'Mend\n\nall', authorName: 'Ada', authorEmail: 'ada@example.org' },
};

const payload = {
  ref: 'refs/heads/release',
  before: 'a'.repeat(40),
  after: 'c'.repeat(40),
  head_commit: { id: 'c'.repeat(40), message: 'As it was', author: { name: 'Bob' } },
  repository: { full_name: 'octo/other', default_branch: 'main' },
};

describe('the change that a working tree is built as', () => {
  it('is a push of its branch', () => {
    expect(makeChange(tree, 'push')).toMatchObject({
      event: 'push',
      ref: 'refs/heads/topic',
      branch: 'topic',
      sha,
      fork: false,
      message: 'Mend\n\nall',
      defaultBranch: 'trunk',
    });
  });

  it('is a push of no branch that anything is deployed from when HEAD is on none', () => {
    const { branch: _branch, ...detached } = tree;
    expect(makeChange(detached, 'push')).toMatchObject({ branch: 'HEAD' });
  });

  it('has no commit before the first', () => {
    const { head: _head, ...unborn } = tree;
    expect(makeChange(unborn, 'push')).toMatchObject({ sha: noCommit, title: '' });
  });

  it('is a pull request of its branch into the default branch', () => {
    const change = makeChange(tree, 'pull_request');
    expect(change).toMatchObject({
      event: 'pull_request',
      pullRequest: { headBranch: 'topic', baseBranch: 'trunk', fork: false },
    });
    expect(change).not.toHaveProperty('branch');
    expect(shownReference(change)).toBe('pull request into trunk');
  });

  it('is what a payload of GitHub says, of the commit that is here', () => {
    expect(makeChange(tree, { file: 'push.json', payload })).toMatchObject({
      event: 'push',
      repository: 'octo/other',
      branch: 'release',
      title: 'As it was',
      sha,
    });
    const tag = makeChange(tree, { file: 'push.json', payload: { ...payload, ref: 'refs/tags/v1' } });
    expect(tag).toMatchObject({ event: 'tag', tag: 'v1', sha });
    expect(shownReference(tag)).toBe('tag v1');
  });

  it('is none when the payload would make no run, and says why', () => {
    const deleted = { ...payload, after: noCommit, deleted: true };
    const make = (given: unknown) => () => makeChange(tree, { file: 'push.json', payload: given });
    expect(make(deleted)).toThrow('the event of push.json would make no run: branch release was deleted');
    expect(make({ any: 'thing' })).toThrow(/push/);
  });
});

describe('the name of a repository', () => {
  it.each([
    ['https://github.com/octo/shop.git', 'octo/shop'],
    ['git@github.com:octo/shop.git', 'octo/shop'],
    ['ssh://git@example.org:2222/deep/octo/shop/', 'octo/shop'],
    ['/srv/git/shop.git', 'tree-of-mine'],
    ['', 'tree-of-mine'],
  ])('of %s is %s', (origin, name) => {
    expect(repositoryName(origin, '/home/ada/tree of mine')).toBe(name);
  });
});
