import { expect, it } from 'vitest';
import { attemptWith, jobWith, runWith } from '../memory-history.ts';
import { testApp } from '../test-app.ts';

it('a run says of each attempt what its tests came to', async () => {
  const reports = {
    tests: {
      passed: 9,
      failed: 1,
      errors: 0,
      skipped: 2,
      durationMs: 1_234,
      failures: [
        {
          kind: 'failure' as const,
          suite: 'Cart',
          name: 'totals',
          message: '3 is not 4',
          file: 'cart.ts',
          line: 7,
        },
      ],
    },
    coverage: { linesFound: 10, linesCovered: 8, files: 2 },
    problems: ['e2e.xml is empty'],
  };
  const { app, history } = testApp();
  const attempts = [attemptWith(), attemptWith({ number: 2, reports })];
  history.runs.set('run1', runWith({ id: 'run1', jobs: [jobWith({ attempts })] }));
  const answer = await app.request('/api/v1/runs/run1');
  const { jobs } = (await answer.json()) as { jobs: { attempts: { reports?: unknown }[] }[] };
  expect(jobs[0]?.attempts.map((attempt) => attempt.reports)).toEqual([undefined, reports]);

  const description = await (await app.request('/api/v1/openapi.json')).text();
  expect(description).toContain('"FailedTest"');
});
