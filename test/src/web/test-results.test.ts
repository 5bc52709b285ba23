import { describe, expect, it } from 'vitest';
import type { JobReports } from '../../../src/contract/job-reports.ts';
import { runPage } from '../../../src/web/run-page.ts';
import { testResults } from '../../../src/web/test-results.ts';
import { sampleAttempt, sampleJob, sampleNowMs, sampleRun } from './sample-runs.ts';

const hostile = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;\u202e`;
const counts = { passed: 3, failed: 1, errors: 1, skipped: 0, durationMs: 2_500 };
const failure = {
  kind: 'failure',
  suite: 'Cart',
  name: 'totals',
  message: '3 is not 4',
  file: 'cart.ts',
  line: 7,
} as const;

async function shown(...reports: (JobReports | undefined)[]): Promise<string> {
  const attempts = reports.map((each, index) =>
    sampleAttempt({ number: index + 1, ...(each ? { reports: each } : {}) }),
  );
  return String(await testResults(sampleRun({ jobs: [sampleJob({ attempts })] })));
}

describe('the tests of a run on its page', () => {
  it('are totals and each failing test with its place and message', async () => {
    const page = await shown({
      tests: { ...counts, failures: [failure, { ...failure, kind: 'error', name: 'opens', message: '' }] },
      coverage: { linesFound: 10, linesCovered: 8, files: 1 },
      problems: ['e2e.xml is empty'],
    });
    const text = page.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
    expect(text).toContain('5 tests: 3 passed, 1 failed, 1 broke in 2.5 s coverage 80.0 % of 10 lines');
    expect(text).toContain(
      '2 tests that did not pass Cart: totals cart.ts:7 3 is not 4 Cart: opens broke cart.ts:7',
    );
    expect(text).toContain('Warning: e2e.xml is empty');
  });

  it('are those of the newest attempt, and nothing where it told nothing', async () => {
    const old = { tests: { ...counts, failures: [failure] } };
    expect(await shown(old, { tests: { ...counts, failures: [] } })).not.toContain('totals');
    expect(await shown(old, undefined)).toBe('');
  });

  it('say how many failing tests they do not name', async () => {
    expect(await shown({ tests: { ...counts, failed: 60, failures: [failure] } })).toContain('and 60 more');
  });

  it('are escaped', async () => {
    const test = { kind: 'failure', suite: hostile, name: hostile, message: hostile, file: hostile } as const;
    const page = await shown({ tests: { ...counts, failures: [test] }, problems: [hostile] });
    expect(page).toContain('&lt;script&gt;');
    expect(page).not.toContain('<script>');
    expect(page).not.toContain('<img');
  });

  it('are a line of their job, which leads to them', async () => {
    const run = sampleRun({
      jobs: [
        sampleJob({ attempts: [sampleAttempt({ reports: { tests: { ...counts, failures: [failure] } } })] }),
      ],
    });
    const page = String(await runPage({ run, nowMs: sampleNowMs }));
    const [, id] = /<a href="#([^"]+)">5 tests: 3 passed, 1 failed, 1 broke<\/a>/.exec(page) ?? [];
    expect(page).toContain(`<li id="${id}">`);
  });
});
