import { describe, expect, it } from 'vitest';
import { cacheScopes } from '../../../src/runs/cache-scopes.ts';

const base = { fork: false, defaultBranch: 'main' };

describe('the scopes of caches', () => {
  it('of a branch are its own and the default branch, of which the first alone is written to', () => {
    const change = { ...base, ref: 'refs/heads/topic', branch: 'topic' };
    expect(cacheScopes(change)).toEqual(['branch-topic', 'branch-main']);
    expect(cacheScopes({ ...change, branch: 'main' })).toEqual(['branch-main']);
    expect(cacheScopes({ fork: false, ref: 'refs/heads/x', branch: 'x' })).toEqual(['branch-x']);
    expect(cacheScopes({ ...base, ref: 'refs/tags/v1', tag: 'v1' })).toEqual(['tag-v1', 'branch-main']);
  });

  it('of a pull request are its own, its base branch and the default branch, whoever wrote it', () => {
    const pullRequest = {
      ...{ number: 7, title: '', headRepository: 'octo/shop', headBranch: 'main', baseBranch: 'next' },
      ...{ baseSha: '', fork: false, draft: false },
    };
    const scopes = ['pull-7', 'branch-next', 'branch-main'];
    for (const fork of [true, false])
      expect(cacheScopes({ ...base, fork, ref: 'refs/pull/7/head', pullRequest })).toEqual(scopes);
  });

  it('of a commit of strangers are never those of the branch whose name it has', () => {
    const scopes = cacheScopes({ ...base, fork: true, ref: 'refs/heads/topic', branch: 'topic' });
    expect(scopes).toEqual(['fork-refs/heads/topic', 'branch-main']);
  });
});
