import { describe, expect, it } from 'vitest';
import { filesToLookAtAgain, resultOfSecondLook } from './second-look.ts';
import { resultOfCommand, resultOfVitest, type VitestReport } from './stage-result.ts';
import { exitCodeOf, summaryText } from './summary-text.ts';

const good = { ok: true, how: 'it ended with exit code 0', tookMs: 1200 };
const bad = { ok: false, how: 'it ended with exit code 1', tookMs: 1200 };

function report(...statuses: string[]): VitestReport {
  const assertionResults = statuses.map((status, at) => ({ fullName: `test ${at}`, status }));
  return { testResults: [{ name: 'a.test.ts', status: 'passed', assertionResults }] };
}

describe('the result of a stage', () => {
  it('counts the tests of a report', () => {
    expect(resultOfVitest('tests', bad, report('passed', 'failed', 'skipped', 'todo'))).toMatchObject({
      passed: 1,
      failed: 1,
      skipped: ['test 2 (skipped)', 'test 3 (todo)'],
    });
  });

  it('counts a file that could not be loaded as a failure', () => {
    const unloaded = { name: 'b.test.ts', status: 'failed', assertionResults: [] };
    const { testResults } = report('passed');
    expect(resultOfVitest('tests', bad, { testResults: [...testResults, unloaded] })).toMatchObject({
      passed: 1,
      failed: 1,
    });
  });

  it('keeps of each failure its name and the first line of what it said', () => {
    const assertionResults = [
      { fullName: 'adds', status: 'failed', failureMessages: ['expected 3\n    at x'] },
    ];
    const unloaded = { name: 'b.test.ts', status: 'failed', message: 'no such module', assertionResults: [] };
    const testResults = [{ name: 'a.test.ts', status: 'failed', assertionResults }, unloaded];
    const { failures } = resultOfVitest('tests', bad, { testResults });
    expect(failures).toEqual(['adds: expected 3', 'b.test.ts: no such module']);
    expect(summaryText([resultOfVitest('tests', bad, { testResults })], false)).toContain(
      '\n  adds: expected 3\n',
    );
  });

  it('is a failure when the run ended badly though no test did, or when nothing ran', () => {
    expect(resultOfVitest('tests', bad, report('passed'))).toMatchObject({ failed: 1, problem: bad.how });
    expect(resultOfVitest('tests', bad, undefined)).toMatchObject({ failed: 1 });
    expect(resultOfVitest('tests', good, { testResults: [] })).toMatchObject({ failed: 1 });
  });

  it('is one test where the stage has none of its own', () => {
    expect(resultOfCommand('types', good)).toMatchObject({ passed: 1, failed: 0 });
    expect(resultOfCommand('types', bad)).toMatchObject({ passed: 0, failed: 1, problem: bad.how });
  });
});

describe('a second look at the files that failed', () => {
  const file = (name: string, ...statuses: string[]) => ({
    name,
    status: statuses.includes('failed') ? 'failed' : 'passed',
    assertionResults: statuses.map((status) => ({ fullName: `test of ${name}`, status })),
  });
  const first = { testResults: [file('a', 'passed'), file('b', 'failed'), file('c', 'passed')] };
  const lookedAt = (second: VitestReport | undefined, ending = good) =>
    resultOfSecondLook(resultOfVitest('tests', bad, first), first, ending, second);

  it('is taken at few of them, not at many', () => {
    expect(filesToLookAtAgain(first)).toEqual(['b']);
    expect(
      filesToLookAtAgain({ testResults: ['a', 'b', 'c', 'd'].map((name) => file(name, 'failed')) }),
    ).toEqual([]);
    expect(filesToLookAtAgain(undefined)).toEqual([]);
  });

  it('lets what passes alone pass, and names it', () => {
    const result = lookedAt({ testResults: [file('b', 'passed')] });
    expect(result).toMatchObject({ passed: 3, failed: 0, tookMs: 2400 });
    expect(exitCodeOf([result], true)).toBe(0);
    expect(summaryText([result], true)).toMatch(/passed alone.*\n {2}test of b/);
  });

  it('leaves failed what fails alone, or is not run again', () => {
    expect(lookedAt({ testResults: [file('b', 'failed')] }, bad)).toMatchObject({
      passed: 2,
      failed: 1,
      unsteady: [],
    });
    expect(lookedAt(undefined, bad)).toMatchObject({ failed: 1, unsteady: [] });
  });
});

describe('the summary', () => {
  const skipping = resultOfVitest('tests', good, report('passed', 'passed', 'skipped'));

  it('ends with the totals alone on a line', () => {
    expect(
      summaryText([resultOfCommand('types', bad), resultOfVitest('tests', good, report('passed'))], false),
    ).toBe(
      [
        '✗ types    1.2 s  0 passed, 1 failed: it ended with exit code 1',
        '✓ tests    1.2 s  1 passed, 0 failed',
        '',
        '1 passed, 1 failed',
      ].join('\n'),
    );
  });

  it('names what was skipped, which fails the run in continuous integration alone', () => {
    const text = summaryText([skipping], true);
    expect(text).toContain('  test 2 (skipped)');
    expect(text.endsWith('\n2 passed, 0 failed, 1 skipped')).toBe(true);
    expect([exitCodeOf([skipping], true), exitCodeOf([skipping], false)]).toEqual([1, 0]);
  });
});
