import { describe, expect, it } from 'vitest';
import { parsePipeline } from '../../pipelines/parse-pipeline.ts';
import { planRun } from '../../pipelines/plan.ts';
import { supersedesOlder } from '../../pipelines/supersede.ts';

const source = `
image: node:24
env: { TOKEN: from-the-pipeline }
jobs:
  build:
    secrets: [TOKEN]
    steps: [make]
    artifacts: [{ name: app, paths: [dist] }]
  check: { steps: [make check] }
deploy:
  everywhere: { artifact: app, secrets: [KEY], local: {} }
  tagged: { artifact: app, tags: ['v*'], local: {} }
`;

const parsed = parsePipeline(source, '.hookline.yml');
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const { pipeline } = parsed;

const changes = [
  { event: 'push', branch: 'main' },
  { event: 'tag', tag: 'v1' },
  { event: 'pull_request', branch: 'topic', baseBranch: 'main' },
] as const;

describe('older runs are superseded', () => {
  const events = ['pull_request', 'push', 'tag'] as const;

  it.each([
    ['', { pull_request: true, push: false, tag: false }],
    ['concurrency: {}', { pull_request: true, push: false, tag: false }],
    ['concurrency: { supersede: true }', { pull_request: true, push: true, tag: false }],
    ['concurrency: { supersede: false }', { pull_request: false, push: false, tag: false }],
  ])('%s', (line, expected) => {
    const read = parsePipeline(`image: node:24\nsteps: [make]\n${line}\n`, '.hookline.yml');
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    const { concurrency } = read.pipeline;
    expect(Object.fromEntries(events.map((event) => [event, supersedesOlder(concurrency, event)]))).toEqual(
      expected,
    );
  });
});

describe('a plan', () => {
  it.each(changes)('of a fork gives no secret and deploys nothing ($event)', (change) => {
    const { jobs } = planRun(pipeline, { ...change, fork: true });
    expect(jobs.map((job) => job.kind)).toEqual(['build', 'build']);
    expect(jobs.flatMap((job) => job.secrets)).toEqual([]);
  });

  it('of a pull request from the repository itself keeps the secrets and deploys nothing', () => {
    const { jobs } = planRun(pipeline, {
      event: 'pull_request',
      branch: 'topic',
      baseBranch: 'main',
      fork: false,
    });
    expect(jobs.map((job) => [job.name, job.secrets])).toEqual([
      ['build', ['TOKEN']],
      ['check', []],
    ]);
  });

  it('deploys after everything is green, the maker of the artifact first', () => {
    const { jobs } = planRun(pipeline, { event: 'push', branch: 'main', fork: false });
    expect(jobs.map((job) => [job.name, job.needs])).toEqual([
      ['build', []],
      ['check', []],
      ['deploy everywhere', ['build', 'check']],
    ]);
  });

  it('deploys a tag only where tags are named', () => {
    const { jobs } = planRun(pipeline, { event: 'tag', tag: 'v1', fork: false });
    expect(jobs.map((job) => job.name)).toEqual(['build', 'check', 'deploy tagged']);
  });

  it('deploys nothing for a push that names no branch', () => {
    const { jobs } = planRun(pipeline, { event: 'push', fork: false });
    expect(jobs.map((job) => job.kind)).toEqual(['build', 'build']);
  });

  it('is plain JSON', () => {
    const plan = planRun(pipeline, { event: 'push', branch: 'main', fork: false });
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });
});
