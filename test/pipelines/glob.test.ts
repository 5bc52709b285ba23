import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesGlobs } from '../../pipelines/glob.ts';

describe('globs', () => {
  it.each([
    ['main', 'main', true],
    ['main', 'mainline', false],
    ['main', 'Main', false],
    ['*', 'main', true],
    ['*', 'release/1', false],
    ['**', 'release/1', true],
    ['release/*', 'release/1', true],
    ['release/*', 'release/', true],
    ['release/*', 'release/1/2', false],
    ['release/**', 'release/1/2', true],
    ['release**', 'release/1/2', true],
    ['v*', 'v1.2.3', true],
    ['v?', 'v1', true],
    ['v?', 'v', false],
    ['a?b', 'a/b', false],
    ['**/*.map', 'app.map', true],
    ['**/*.map', 'dist/js/app.map', true],
    ['**/*.map', 'dist/app.mapx', false],
    ['a/**/b', 'a/b', true],
    ['a/**/b', 'a/x/y/b', true],
    ['a/**/b', 'a/xb', false],
    ['a/**/**/b', 'a/b', true],
    ['*a*a*a', 'xxaxaxa', true],
    ['v1.0', 'v1x0', false],
    ['pages/[id].tsx', 'pages/[id].tsx', true],
    ['ä*', 'ärger', true],
    ['?', '😀', true],
  ])('%s over %s is %s', (pattern, value, expected) => {
    expect(matchesGlobs([pattern], value)).toBe(expected);
  });

  it.each([
    [['release/*', '!release/old'], 'release/old', false],
    [['release/*', '!release/old'], 'release/1', true],
    [['!wip', 'wip'], 'wip', true],
    [['!wip/**'], 'main', true],
    [['!wip/**'], 'wip/a', false],
    [[], 'main', false],
  ])('the last pattern of %j that matches decides over %s', (patterns, value, expected) => {
    expect(matchesGlobs(patterns, value)).toBe(expected);
  });

  it('every name without wildcards matches itself, and is matched by **', () => {
    const names = fc
      .string({ unit: 'grapheme' })
      .filter((name) => !/[*?]/.test(name) && !name.startsWith('!'));
    fc.assert(fc.property(names, (name) => matchesGlobs([name], name) && matchesGlobs(['**'], name)));
  });

  it('a pattern made to stall a backtracking matcher is answered at once', () => {
    const pattern = '*a'.repeat(120);
    const started = performance.now();
    expect(matchesGlobs([`${pattern}b`], 'a'.repeat(250))).toBe(false);
    expect(matchesGlobs([`${'**/'.repeat(80)}b`], 'a/'.repeat(125))).toBe(false);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
