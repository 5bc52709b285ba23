import { describe, expect, it } from 'vitest';
import { isGitRefusal } from '../../../runners/workspace/git-refusal.ts';
import { checkSource, type GitSource } from '../../../runners/workspace/source.ts';

const good: GitSource = {
  repository: 'octo/app',
  cloneUrl: 'https://github.com/octo/app.git',
  ref: 'refs/heads/main',
  sha: 'a'.repeat(40),
};

function refusal(changes: Partial<GitSource>, bases: readonly string[] = []): unknown {
  try {
    checkSource({ ...good, ...changes }, bases);
    return 'accepted';
  } catch (error) {
    return isGitRefusal(error) ? error.code : error;
  }
}

describe('checkSource', () => {
  it('accepts https anywhere, and both lengths of commit id', () => {
    expect(checkSource(good, []).url.origin).toBe('https://github.com');
    expect(refusal({ sha: 'b'.repeat(64) })).toBe('accepted');
    expect(
      refusal({
        repository: 'my-app',
        cloneUrl: 'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/my-app',
      }),
    ).toBe('accepted');
  });

  it('accepts http and file only below a configured base', () => {
    const http = { cloneUrl: 'http://127.0.0.1:8123/octo/app.git' };
    expect(refusal(http)).toBe('bad-source');
    expect(refusal(http, ['http://127.0.0.1:8123'])).toBe('accepted');
    expect(refusal(http, ['http://127.0.0.1:812'])).toBe('bad-source');
    expect(refusal(http, ['http://127.0.0.1:8123/oct'])).toBe('bad-source');
    expect(refusal({ cloneUrl: 'file:///srv/git/app' }, ['file:///srv/git/'])).toBe('accepted');
    expect(refusal({ cloneUrl: 'file:///srv/other/app' }, ['file:///srv/git'])).toBe('bad-source');
  });

  it.each([
    'ext::sh -c touch% /tmp/x',
    'https::https://github.com/octo/app',
    '--upload-pack=touch /tmp/x',
    'git@github.com:octo/app.git',
    'ssh://git@github.com/octo/app',
    'git://github.com/octo/app',
    '/srv/git/app',
    'https://user:secret@github.com/octo/app',
    'https://token@github.com/octo/app',
    'https://github.com/octo/../../other',
    'file:///srv/git/..%2f..%2fetc',
    'file:///srv/git/%2e%2e/etc',
    'https://github.com/octo/app?x=1',
    'https://github.com/octo/app#x',
    'https://github.com/octo\\app',
    'https://github.com/octo/app\nx',
    'https://github.com',
    'HTTPS://github.com/octo/app',
  ])('refuses the clone URL %s', (cloneUrl) => {
    expect(refusal({ cloneUrl }, ['file:///srv/git'])).toBe('bad-source');
  });

  it('never repeats a password of a refused URL', () => {
    expect(() => checkSource({ ...good, cloneUrl: 'https://me:hunter2@github.com/octo/app' }, [])).toThrow(
      /^(?!.*hunter2)/,
    );
  });

  it.each([
    'main',
    'refs/heads/',
    'refs/heads/-x/../y',
    'refs/heads/a b',
    'refs/heads/*',
    'refs/heads/a:b',
    'refs/heads/a.lock',
    'refs/heads/.a',
    '-refs/heads/a',
    '+refs/heads/a',
    '^refs/heads/a',
    'refs/heads/a@{1}',
    'refs/heads//a',
    'refs/main',
  ])('refuses the reference %s', (ref) => {
    expect(refusal({ ref })).toBe('bad-source');
  });

  it.each([
    'refs/heads/feature/x',
    'refs/heads/-x',
    'refs/heads/a"b;c',
    'refs/pull/7/merge',
    'refs/tags/v1.0',
    'refs/heads/日本',
  ])('accepts the reference %s', (ref) => {
    expect(refusal({ ref })).toBe('accepted');
  });

  it('refuses commits and repositories that are something else', () => {
    for (const sha of ['HEAD', '0'.repeat(40), 'A'.repeat(40), 'a'.repeat(41), '--all']) {
      expect(refusal({ sha })).toBe('bad-source');
    }
    for (const repository of ['../etc', '-x/y', 'a//b', 'a b', 'a/..']) {
      expect(refusal({ repository })).toBe('bad-source');
    }
  });

  it('refuses a credential that would break out of its header', () => {
    expect(refusal({ credential: { username: 'x', password: 'a\r\nX-Other: 1' } })).toBe('bad-source');
    expect(refusal({ credential: { username: 'a:b', password: 'c' } })).toBe('bad-source');
  });
});
