import { describe, expect, it } from 'vitest';
import { findSkipToken } from '../../../src/runs/skip-token.ts';

describe('a commit asks not to be built', () => {
  it.each([
    '[skip ci]',
    '[ci skip]',
    '[no ci]',
    '[skip actions]',
    '[actions skip]',
    '[skip travis]',
    '[travis skip]',
    '[skip travis ci]',
    '[travis-ci skip]',
    '[skip travisci]',
    '[SKIP CI]',
  ])('by %s anywhere in its message', (token) => {
    expect(findSkipToken(token)).toBe(token);
    expect(findSkipToken(`Subject\n\nBody ${token} goes on.\n`)).toBe(token);
  });

  it.each([
    'Subject\n\n\nskip-checks: true',
    'Subject\n\nskip-checks:true\n',
    'Subject\r\n\r\nskip-checks: true\r\n',
    'Subject\n\nBody.\n\nReviewed-by: Mona <m@example.com>\nskip-checks: true\n',
  ])('by a trailer at its end: %j', (message) => {
    expect(findSkipToken(message)).toMatch(/^skip-checks: ?true$/);
  });

  it.each([
    'Explain how to skip ci',
    'skip-checks: true',
    'Subject\n\nskip-checks: true\n\nMore text.',
    'Subject\n\nskip-checks: true\nReviewed-by: Mona <m@example.com>',
    'Subject\n\nskip-checks: false',
    '[skip]',
    '',
  ])('by nothing else: %j', (message) => {
    expect(findSkipToken(message)).toBeUndefined();
  });

  it('is found in time that grows with the message and no faster', () => {
    const hostile = `Subject${'\n\r'.repeat(200_000)}\n\n${'x\n'.repeat(200_000)}${'[skip '.repeat(200_000)}`;
    const startMs = performance.now();
    expect(findSkipToken(hostile)).toBeUndefined();
    expect(performance.now() - startMs).toBeLessThan(1_000);
  });
});
