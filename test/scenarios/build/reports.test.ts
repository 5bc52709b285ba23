import { describe, expect, it } from 'vitest';
import type { RunDetail } from '../../../src/runs/history.ts';
import { openBuildWorld } from './build-world.ts';

const pipeline = `image: debian:12
secrets: [TOKEN]
steps: [make test]
reports:
  junit: ['reports/*.xml', 'e2e/junit.xml']
  coverage: coverage/lcov.info
`;

const junit = `<testsuites><testsuite name="cart">
<testcase name="adds" classname="cart" time="0.5"/>
<testcase name="totals" classname="cart" file="cart.ts" line="7" time="1">
<failure message="3 is not 4">with open sesame</failure></testcase>
</testsuite></testsuites>`;
const files = {
  'cart.ts': '',
  'reports/junit.xml': junit,
  'coverage/lcov.info': 'SF:cart.ts\nDA:1,1\nDA:2,0\nDA:3,2\nend_of_record\n',
};
const reportsOf = (run: RunDetail) => run.jobs[0]?.attempts.at(-1)?.reports;

describe('reports of a job', () => {
  it('are read after a step that failed, and kept with the run, masked', async () => {
    const world = await openBuildWorld(pipeline, {
      rules: [{ when: /make test$/, does: { files, exitCode: 1 } }],
    });
    await world.push();
    const run = await world.run();
    expect(run.status).toBe('failure');
    expect(reportsOf(run)).toEqual({
      tests: {
        passed: 1,
        failed: 1,
        errors: 0,
        skipped: 0,
        durationMs: 1_500,
        failures: [
          {
            kind: 'failure',
            suite: 'cart',
            name: 'totals',
            message: '3 is not 4\nwith ***',
            file: 'cart.ts',
            line: 7,
          },
        ],
      },
      coverage: { linesFound: 3, linesCovered: 2, files: 1 },
      problems: [expect.stringContaining('reports.junit "e2e/junit.xml" matches no report')],
    });
    const log = await world.log(run, 'build');
    expect(log).toContain('warning: reports.junit "e2e/junit.xml" matches no report');
    expect(log).toContain(
      'reports: 2 tests: 1 passed, 1 failed; coverage 66.6 % of 3 lines; read from 2 files',
    );
  });

  it('do not decide how the job ends: neither broken ones nor tests that fail in them', async () => {
    const broken = { ...files, 'e2e/junit.xml': '<testsuite><testcase' };
    const world = await openBuildWorld(pipeline, {
      rules: [{ when: /make test$/, does: { files: broken } }],
    });
    await world.push();
    const run = await world.run();
    expect(run.status).toBe('success');
    expect(reportsOf(run)?.tests).toMatchObject({ passed: 1, failed: 1 });
    expect(reportsOf(run)?.problems).toEqual([expect.stringContaining('e2e/junit.xml could not be read')]);
  });

  it('of a job that is cancelled are not read', async () => {
    const world = await openBuildWorld(pipeline, {
      rules: [{ when: /make test$/, does: { files, hang: true } }],
    });
    await world.push();
    const { id } = await world.run(({ jobs }) => jobs[0]?.attempts[0]?.steps[0]?.status === 'running');
    await world.ask(id, { type: 'cancel' }, 'Ada');
    const run = await world.run();
    expect(run.status).toBe('cancelled');
    expect(reportsOf(run)).toBeUndefined();
  });
});
