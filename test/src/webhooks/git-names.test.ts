import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { branchOrTag, isNoObject, isObjectId, isReference } from '../../../src/webhooks/git-names.ts';

describe('a reference from a payload', () => {
  it.each([
    'refs/heads/main',
    'refs/heads/feature/a-b_c.d',
    'refs/heads/größe',
    'refs/tags/v1.0.0+build',
    'refs/heads/@',
    'refs/pull/7/head',
  ])('is taken: %j', (ref) => {
    expect(isReference(ref)).toBe(true);
  });

  it.each([
    '',
    'main',
    'refs/heads',
    'refs/heads/',
    'refs/heads//a',
    'refs/heads/a/',
    'refs/heads/.a',
    'refs/heads/a/.b',
    'refs/heads/a..b',
    'refs/heads/a.lock',
    'refs/heads/a.lock/b',
    'refs/heads/a.',
    'refs/heads/a@{1}',
    'refs/heads/-a',
    'refs/heads/a\u0000b',
    'refs/heads/\ud800',
    `refs/heads/${'a'.repeat(2_000)}`,
  ])('is refused: %j', (ref) => {
    expect(isReference(ref)).toBe(false);
  });

  it('is never taken when git itself refuses it', () => {
    const piece = fc.constantFrom(...'aB1-_./@{}~^:?*[]\\ ', '..', '.lock', '@{', '\t', '\u007f', 'é', '//');
    const names = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(names, (name) => {
        const ref = `refs/heads/${name}`;
        const isGits = spawnSync('git', ['check-ref-format', ref]).status === 0;
        return isGits ? isReference(ref) || name.startsWith('-') : !isReference(ref);
      }),
      { numRuns: 150 },
    );
  });

  it('is a branch, a tag or neither', () => {
    expect(branchOrTag('refs/heads/a/b')).toEqual({ kind: 'branch', name: 'a/b' });
    expect(branchOrTag('refs/tags/v1')).toEqual({ kind: 'tag', name: 'v1' });
    expect(branchOrTag('refs/pull/7/head')).toBeUndefined();
  });
});

describe('an object id', () => {
  it('has 40 or 64 lower-case hex digits; all zeros stand for nothing', () => {
    expect(isObjectId('a'.repeat(40)) && isObjectId('0'.repeat(64))).toBe(true);
    expect(['a'.repeat(41), 'A'.repeat(40), `${'a'.repeat(40)}\n`, 'HEAD', ''].some(isObjectId)).toBe(false);
    expect(isNoObject('0'.repeat(40))).toBe(true);
    expect(isNoObject(`${'0'.repeat(39)}1`)).toBe(false);
  });
});
