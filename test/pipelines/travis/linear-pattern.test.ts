import { describe, expect, it } from 'vitest';
import { isFound, patternFault } from '../../../pipelines/travis/linear-pattern.ts';

const patterns = [
  ...[
    '^v\\d+\\.\\d+(\\.\\d+)?$',
    'release|hotfix',
    '^(feature|fix)/[\\w-]+$',
    '[^a-c]x?',
    'a{2,3}b',
    '(ab|a)*c',
    'x.z',
  ],
  ...['\\bword\\b', '[\\d.]+$', '', '^$', '(?:a|b)+', 'a*?b', '[]a]', '[a-]', '\\.', 'a{2}', 'a{1,}'],
];
const texts = [
  ...[
    'v1.2',
    'v1.2.3',
    'v1.2.3-rc',
    'release/1',
    'hotfix',
    'feature/a-b',
    'fix/',
    'aab',
    'aaaab',
    'ababac',
    'c',
  ],
  ...['xyz', 'a word here', 'swords', '1.2.', '', 'abab', 'b', ']', '-', 'x\ny'],
];

describe('a regular expression of a condition', () => {
  it.each(patterns)('/%s/ finds what JavaScript would', (pattern) => {
    const mine = texts.map((text) => isFound(pattern, text));
    const theirs = texts.map((text) => new RegExp(pattern.replace('[]a]', '[\\]a]'), 'm').test(text));
    expect(mine).toEqual(theirs);
  });

  it('takes no longer for one that makes others backtrack for ever', () => {
    expect(isFound('^(a+)+(a|aa)*(a*)*$', `${'a'.repeat(5_000)}b`)).toBe(false);
  });

  it.each([
    '(',
    ')',
    '[a',
    '*',
    'a**',
    '\\',
    '(?=a)',
    '\\1',
    'a{2000}',
    '(((a{99}){99}){99})',
    '('.repeat(500),
  ])('is refused: %s', (pattern) => {
    expect(patternFault(pattern)).toBeTypeOf('string');
    expect(isFound(pattern, 'aaa')).toBe(false);
  });
});
