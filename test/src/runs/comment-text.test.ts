import { describe, expect, it } from 'vitest';
import { commentText } from '../../../src/runs/comment-text.ts';
import type { JobDetail, RunDetail } from '../../../src/runs/history.ts';
import { commentsOf } from '../../../src/runs/pull-request-comment.ts';
import { buildPlan, created, sampleChange } from './sample-run.ts';

const job = (name: string, given: Partial<JobDetail> = {}): JobDetail => ({
  id: `job-${name}`,
  name,
  kind: 'build',
  needs: [],
  status: 'success',
  startedAtMs: 1_000,
  finishedAtMs: 2_500,
  attempts: [],
  ...given,
});

const run = (given: Partial<RunDetail>): RunDetail => ({
  id: 'r1',
  number: 12,
  repository: 'octo/app',
  event: 'pull_request',
  ref: 'refs/pull/7/head',
  sha: 'a'.repeat(40),
  title: 'A change',
  author: 'ada',
  status: 'success',
  createdAtMs: 1,
  startedAtMs: 1_000,
  finishedAtMs: 3_000,
  deliveryId: 'd1',
  correlationId: 'c1',
  pipeline: { file: '.hookline.yml', digest: 'x' },
  jobs: [],
  artifacts: [],
  deployments: [],
  statuses: [],
  ...given,
});

const say = (given: Partial<RunDetail>) =>
  commentText(run(given), {
    runUrl: 'https://ci.example.com/runs/r1',
    artifactUrl: (id) => `https://ci.example.com/a/${id}`,
  });

describe('the comment below a pull request', () => {
  it('tells the result, what failed first and why, artifacts and deployments', () => {
    const steps = [{ index: 0, name: 'unit tests', status: 'failure' as const, exitCode: 3 }];
    const attempts = [{ number: 1, status: 'ended' as const, queuedAtMs: 1, steps }];
    const artifact = {
      id: 'a1',
      runId: 'r1',
      jobName: 'build',
      name: 'site',
      key: 'k',
      sizeBytes: 9,
      sha256: 'f',
      fileCount: 1,
      createdAtMs: 1,
    };
    const text = say({
      status: 'failure',
      reason: { code: 'failure', message: 'test: step "unit tests" exited with 3' },
      jobs: [job('build'), job('test', { status: 'failure', attempts })],
      artifacts: [artifact],
      deployments: [{ jobName: 'd', environment: 'stage', status: 'succeeded', updatedAtMs: 1 }],
    });
    expect(text).toBe(
      [
        `**[Run #12](https://ci.example.com/runs/r1) failed** for ${'a'.repeat(40)} in 2.0 s`,
        'test: step "unit tests" exited with 3',
        '| job | result | took | |\n|---|---|---|---|\n' +
          '| test | failure | 1.5 s | unit tests: exit 3 |\n| build | success | 1.5 s |  |',
        '**Artifacts**\n\n- [site](https://ci.example.com/a/a1), 9 bytes',
        '**Deployments**\n\n- [stage](https://ci.example.com/runs/r1): succeeded',
      ].join('\n\n'),
    );
  });

  it('tells what tests and coverage came to, where there are reports', () => {
    const tests = { passed: 9, failed: 1, errors: 0, skipped: 0, durationMs: 5, failures: [] };
    const coverage = { linesFound: 200, linesCovered: 150, files: 2 };
    const ended = { number: 1, status: 'ended' as const, queuedAtMs: 1, steps: [] };
    const text = say({
      jobs: [job('test', { attempts: [{ ...ended, reports: { tests, coverage } }] }), job('lint')],
    });
    expect(text).toContain('**Tests**\n\n- test: 10 tests: 9 passed, 1 failed; coverage 75.0 % of 200 lines');
    expect(text).not.toContain('- lint');
  });

  it('gives no meaning to what strangers call their jobs, and calls nobody', () => {
    const text = say({ jobs: [job('[x](http://evil) @ada #1 <img src=x> | `y`\n# z')] });
    const row = text.split('\n').at(-1) ?? '';
    expect(row).toContain('\\[x\\](http://evil) @\u200bada \\#\u200b1 \\<img src=x\\> \\| \\`y\\` \\# z');
  });

  it('says how the commit of a fork is approved', () => {
    const reason = { code: 'fork', message: 'waits' };
    const text = say({ status: 'waiting', jobs: [job('test', { status: 'waiting', reason })] });
    expect(text).toContain(`\`/hookline approve ${'a'.repeat(40)}\``);
  });

  it('shows of very many jobs those that failed and how many more there are', () => {
    const jobs = Array.from({ length: 200 }, (_, index) => job(`j${index}`));
    const text = say({ jobs: [...jobs, job('last', { status: 'failure' })] });
    expect(text.split('\n').filter((line) => line.startsWith('| j'))).toHaveLength(50);
    expect(text).toContain('| last | failure |');
    expect(text).toContain('| and 151 more |');
  });
});

describe('is brought up to date', () => {
  const plans = [buildPlan('a'), buildPlan('b')];
  const pullRequest = {
    number: 7,
    title: 't',
    headRepository: 'octo/app',
    headBranch: 'topic',
    baseBranch: 'main',
    baseSha: 'b'.repeat(40),
    fork: false,
    draft: false,
  };
  const change = sampleChange({ event: 'pull_request', ref: 'refs/pull/7/head', pullRequest });
  const start = { ...created(plans, { change }).run, commented: true as const };

  it('when its run is new, gets on, and when the first job fails; not for every job', () => {
    const [first, ...more] = start.jobs;
    if (!first) throw new Error('no job');
    const failed = { ...start, jobs: [{ ...first, status: 'failure' as const }, ...more] };
    const both = { ...start, jobs: start.jobs.map((one) => ({ ...one, status: 'failure' as const })) };
    expect(commentsOf(undefined, start)).toMatchObject([{ pullRequest: 7, runId: 'run' }]);
    expect(commentsOf(start, { ...start, status: 'running' })).toHaveLength(1);
    expect(commentsOf(start, failed)).toHaveLength(1);
    expect(commentsOf(failed, both)).toEqual([]);
    expect(commentsOf(start, start)).toEqual([]);
  });

  it('never without the key, and never for a push', () => {
    const { commented: _commented, ...silent } = start;
    expect(commentsOf(undefined, silent)).toEqual([]);
    expect(commentsOf(undefined, { ...start, change: sampleChange() })).toEqual([]);
  });
});
