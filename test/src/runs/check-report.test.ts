import { describe, expect, it } from 'vitest';
import { checkReport, failingStep } from '../../../src/runs/check-report.ts';
import { fitBytes, lastLines } from '../../../src/runs/fit-bytes.ts';
import type { JobDetail, RunDetail } from '../../../src/runs/history.ts';
import type { Step } from '../../../src/runs/run.ts';

const step = (given: Partial<Step> = {}): Step => ({
  index: 0,
  name: 'make | test',
  status: 'failure',
  exitCode: 2,
  message: 'ended with <2>',
  startedAtMs: 1_000,
  finishedAtMs: 2_500,
  ...given,
});

const jobWith = (steps: Step[]): JobDetail => ({
  id: 'job',
  name: 'test',
  kind: 'build',
  needs: [],
  status: 'failure',
  attempts: [{ number: 1, status: 'ended', runner: 'builder-1', queuedAtMs: 0, steps }],
});

const run: RunDetail = {
  id: 'run',
  number: 7,
  repository: 'octo/app',
  event: 'push',
  ref: 'refs/heads/main',
  sha: 'a'.repeat(40),
  title: '',
  author: '',
  status: 'failure',
  createdAtMs: 0,
  deliveryId: 'd',
  correlationId: 'c',
  pipeline: { file: '.hookline.yml', digest: 'd' },
  jobs: [],
  artifacts: [],
  deployments: [{ jobName: 'test', environment: 'prod', status: 'success', updatedAtMs: 1 }],
  statuses: [],
};
const report = (steps: Step[], tail: string[] = []) =>
  checkReport(run, jobWith(steps), {
    tail,
    runUrl: 'https://ci.example.com/runs/run',
    artifactUrl: (id) => `https://ci.example.com/${id}`,
  });

describe('the summary of a check', () => {
  it('has the steps with their times, and nothing in them is Markdown', () => {
    expect(report([step()]).summary.split('\n')).toEqual([
      '[Run #7](https://ci.example.com/runs/run), attempt 1 on builder-1',
      '',
      '| step | result | took | |',
      '|---|---|---|---|',
      '| make \\| test | failure (exit 2) | 1.5 s | ended with \\<2\\> |',
      '',
      '**Deployments**',
      '',
      '- [prod](https://ci.example.com/runs/run): success',
    ]);
  });

  it('and the text that goes with it never take more bytes than GitHub takes', () => {
    const many = Array.from({ length: 2_000 }, (_, index) => step({ index, name: 'ü'.repeat(50) }));
    const { summary, text } = report(
      many,
      Array.from({ length: 3_000 }, () => '🙂'.repeat(20)),
    );
    for (const said of [summary, text]) {
      expect(Buffer.byteLength(said)).toBeLessThanOrEqual(65_535);
      expect(Buffer.byteLength(said)).toBeGreaterThan(65_000);
      expect(said).not.toContain('\uFFFD');
    }
    expect(text.endsWith('🙂\n```')).toBe(true);
  });

  it('shows the last lines without colours, in a block that they cannot end', () => {
    expect(report([step()], ['\u001b[31mred\u001b[0m', '```', 'x']).text).toBe('````\nred\n```\nx\n````');
  });
});

it('the step that tells why is the first that failed and counts', () => {
  const steps = [step({ allowed: true }), step({ index: 1 }), step({ index: 2 })];
  expect(failingStep(jobWith(steps))?.index).toBe(1);
});

describe('what does not fit is cut', () => {
  it('between characters', () => {
    expect(fitBytes('aüb', 4)).toBe('aüb');
    expect(fitBytes('aübcdef', 5)).toBe('a…');
    expect(fitBytes('aübcdef', 6)).toBe('aü…');
  });

  it('between lines, of which the last ones stay', () => {
    expect(lastLines(['one', 'two', 'three'], 10)).toEqual(['two', 'three']);
    expect(lastLines(['one'], 100)).toEqual(['one']);
    expect(lastLines(['much too long'], 5)).toEqual([]);
  });
});
