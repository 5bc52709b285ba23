import { describe, expect, it } from 'vitest';
import type { Change } from '../../../src/runs/change.ts';
import type { RecordedDelivery } from '../../../src/runs/delivery-queue.ts';
import type { JobPolicy } from '../../../src/runs/job-policy.ts';
import { planDelivery } from '../../../src/runs/plan-delivery.ts';
import { sampleChange } from './sample-run.ts';

const pullRequest: Partial<Change> = {
  event: 'pull_request',
  ref: 'refs/pull/7/head',
  pullRequest: {
    number: 7,
    title: 'Mend the pump',
    headRepository: 'octo/app',
    headBranch: 'topic',
    baseBranch: 'main',
    baseSha: 'b'.repeat(40),
    fork: false,
    draft: false,
  },
};

/** The one run of a delivery of this change, whose commit holds this pipeline. */
async function plannedRun(
  change: Partial<Change>,
  pipeline: string,
  given: Partial<RecordedDelivery> = {},
  policy?: JobPolicy,
) {
  const sha = 'a'.repeat(40);
  const commit = { sha, subject: 's', message: 'm', authorName: 'Ada', authorEmail: 'ada@example.org' };
  let ids = 0;
  const planned = await planDelivery(
    {
      id: 'delivery',
      source: 'github',
      event: 'push',
      body: Buffer.from('{}'),
      receivedAtMs: 1,
      correlationId: 'c',
      tries: 0,
      ...given,
    },
    {
      forges: {
        github: {
          interpret: () => ({ changes: [sampleChange(change)] }),
          sourceOf: ({ repository, ref }) => ({ repository, ref, sha, cloneUrl: 'https://git.example.org/' }),
          cloneCredential: async () => undefined,
        },
      },
      pipelines: { read: async () => ({ files: new Map([['.hookline.yml', pipeline]]), root: [], commit }) },
      ...(policy && { policy }),
      now: () => 1_000,
      newId: () => `id${++ids}`,
    },
    AbortSignal.timeout(10_000),
  );
  const run = 'runs' in planned ? planned.runs[0] : undefined;
  if (!run) throw new Error(JSON.stringify(planned));
  return run;
}

const pipeline = 'image: node:24\nsteps: [make]\n';

describe('a new run takes the place of older ones', () => {
  it.each([
    ['of a pull request', pullRequest, pipeline, true],
    ['of a push', {}, pipeline, false],
    ['of a push, when the pipeline says so', {}, `${pipeline}concurrency: { supersede: true }\n`, true],
    [
      'of a pull request, unless it says no',
      pullRequest,
      `${pipeline}concurrency: { supersede: false }\n`,
      false,
    ],
    ['of a pull request whose pipeline cannot be read', pullRequest, 'steps: 7', true],
  ])('%s', async (_, change, source, expected) => {
    expect((await plannedRun(change, source)).supersedes).toBe(expected);
  });

  it('but not when its delivery came late: the others may be of newer commits', async () => {
    expect((await plannedRun(pullRequest, pipeline, { isLate: true })).supersedes).toBe(false);
    expect((await plannedRun(pullRequest, 'steps: 7', { isLate: true })).supersedes).toBe(false);
  });
});

describe('the jobs of a run', () => {
  it('are the combinations of a matrix, each with an id of its own', async () => {
    const source = 'image: a\njobs:\n  test: { matrix: { node: [20, 22] }, steps: [make] }\n';
    const run = await plannedRun({}, source);
    if ('error' in run) throw new Error(run.error.message);
    expect(run.plan.jobs.map(({ name }) => name)).toEqual(['test (node=20)', 'test (node=22)']);
    expect(new Set(run.jobIds).size).toBe(2);
  });
});

it('a run whose jobs ask for more than the installation allows is an error that names every limit', async () => {
  const policy = { memoryBytes: 2 ** 30, cpus: 2, pids: 100, images: ['python:*'] };
  const run = await plannedRun({}, `resources: { memory: 2g }\n${pipeline}`, {}, policy);
  if (!('error' in run)) throw new Error('it was planned');
  expect(run.error).toMatchObject({ code: 'not-allowed' });
  expect(run.error.message.split('\n')).toEqual([
    expect.stringContaining('HOOKLINE_JOB_MEMORY_MIB allows 1024 MiB'),
    expect.stringContaining('HOOKLINE_IMAGES allows python:*'),
  ]);
});
