import { describe, expect, it } from 'vitest';
import { checkoutSpecOf } from '../../../src/runs/checkout-spec-of.ts';

const pullRequest = {
  ...{ number: 7, title: 'A change', headRepository: 'octo/shop', headBranch: 'topic', baseBranch: 'main' },
  ...{ baseSha: 'b'.repeat(40), fork: false, draft: false },
};
const push = { provider: 'github', fork: false } as const;
const pull = { ...push, pullRequest };

describe('what a runner is told to check out', () => {
  it('is nothing out of the ordinary, or nothing at all', () => {
    expect(checkoutSpecOf({}, push)).toEqual({});
    expect(checkoutSpecOf({ checkout: false }, pull)).toEqual({ checkout: false });
  });

  it('is the merge for pull requests of GitHub alone', () => {
    const checkout = { ref: 'merge', depth: 2 } as const;
    const merge = { ref: 'refs/pull/7/merge', baseRef: 'refs/heads/main' };
    expect(checkoutSpecOf({ checkout }, pull)).toEqual({ checkout: { depth: 2, merge } });
    expect(checkoutSpecOf({ checkout }, push)).toEqual({ checkout: { depth: 2 } });
    expect(checkoutSpecOf({ checkout }, { ...pull, provider: 'codecommit' })).toEqual({
      checkout: { depth: 2 },
    });
  });

  it('lets no fork choose submodules that are fetched with the credential', () => {
    const checkout = { submodules: true } as const;
    expect(checkoutSpecOf({ checkout }, push)).toEqual({
      checkout: { submodules: true, ownerCredential: true },
    });
    expect(checkoutSpecOf({ checkout }, { ...pull, fork: true })).toEqual({ checkout: { submodules: true } });
  });
});
