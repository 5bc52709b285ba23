import { describe, expect, it } from 'vitest';
import {
  matchesName,
  parsePattern,
  standingAtRoot,
  standingBelow,
} from '../../../runners/artifacts/match-patterns.ts';

/** Whether a pattern takes a path, itself or by taking a directory above it. */
function takes(pattern: string, path: string): boolean {
  const patterns = [parsePattern(pattern)];
  let standing = standingAtRoot(patterns);
  for (const name of path.split('/')) standing = standingBelow(patterns, standing, name);
  return standing.owners.length > 0;
}

describe('a pattern of an artifact', () => {
  it.each([
    ['dist', 'dist'],
    ['dist', 'dist/a/b.js'],
    ['./dist/', 'dist/a'],
    ['.', 'anything/at/all'],
    ['dist/*', 'dist/.htaccess'],
    ['dist/*', 'dist/a/b'],
    ['dist/*.js', 'dist/a.js'],
    ['**/*.jar', 'app.jar'],
    ['**/*.jar', 'a/b/c/app.jar'],
    ['a/**/z', 'a/z'],
    ['a/**/z', 'a/b/c/z'],
    ['a/**/**/z', 'a/z'],
    ['dist/**', 'dist/a'],
    ['?.txt', 'ü.txt'],
    ['?.txt', '😀.txt'],
    ['pages/[id].js', 'pages/[id].js'],
    ['a*b*c', 'aXbXbXc'],
  ])('%s takes %s', (pattern, path) => expect(takes(pattern, path)).toBe(true));

  it.each([
    ['dist', 'distribution'],
    ['dist', 'a/dist'],
    ['dist/*.js', 'dist/a/b.js'],
    ['*.js', 'a/b.js'],
    ['dist/**', 'dist'],
    ['a/**/z', 'b/z'],
    ['?.txt', '.txt'],
    ['pages/[id].js', 'pages/i.js'],
    ['a*b', 'ba'],
  ])('%s does not take %s', (pattern, path) => expect(takes(pattern, path)).toBe(false));

  it.each(['/etc/passwd', '../x', 'a/../../x', ''])(
    '%j is refused, for it leaves the workspace',
    (pattern) => {
      expect(() => parsePattern(pattern)).toThrow(expect.objectContaining({ code: 'pattern-outside' }));
    },
  );

  it('with many stars is matched against a long name in a moment', () => {
    const startedMs = performance.now();
    expect(matchesName(`${'*a'.repeat(100)}*b`, 'a'.repeat(255))).toBe(false);
    expect(performance.now() - startedMs).toBeLessThan(500);
  });
});
