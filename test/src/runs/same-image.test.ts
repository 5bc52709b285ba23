import { describe, expect, it } from 'vitest';
import type { JobEvent } from '../../../src/contract/job-event.ts';
import { buildSpecOf } from '../../../src/runs/job-spec-of.ts';
import type { Run } from '../../../src/runs/run.ts';
import { type RunEvent, transition } from '../../../src/runs/transition.ts';
import { buildPlan, created, jobId, sampleLease } from './sample-run.ts';

const id = jobId('run', 'a');
const first = { imageId: `sha256:${'1'.repeat(64)}`, imageDigest: `debian@sha256:${'f'.repeat(64)}` };
const image = { name: 'debian:12', id: first.imageId, digest: first.imageDigest };

function attempted(attempt: number, used: { imageId?: string; imageDigest?: string }): RunEvent[] {
  const leaseId = `l${attempt}`;
  const told = (seq: number, body: JobEvent): RunEvent => ({
    type: 'reported',
    jobId: id,
    leaseId,
    seq,
    body,
  });
  const end = { logLines: 0, logBytes: 0, logCut: false };
  return [
    { type: 'claimed', jobId: id, attempt, lease: sampleLease(leaseId) },
    told(1, { type: 'job.started', at: 2_000, image: 'debian:12', ...used }),
    told(2, { type: 'job.finished', at: 3_000, outcome: 'success', ...end }),
  ];
}

const move = (run: Run, ...events: RunEvent[]) =>
  events.reduce((current, event) => transition(current, event, 4_000).run, run);
const again: RunEvent = { type: 'retried', scope: 'all' };
const done = move(created([buildPlan('a')]).run, ...attempted(1, first));

function specOf(run: Run) {
  const [job] = run.jobs;
  if (job?.plan.kind !== 'build') throw new Error('not a build');
  const source = { repository: 'octo/app', cloneUrl: 'https://x.invalid', ref: 'refs/heads/main', sha: 'a' };
  const limits = { logLimitBytes: 1, memoryBytes: 1, cpus: 1, pids: 1 };
  return buildSpecOf(run, { ...job, plan: job.plan }, { source, secrets: {} }, limits);
}

describe('a job that ran without isolation', () => {
  it('says so of that attempt, and remembers no image', () => {
    const [claimed, , finished] = attempted(1, first);
    const body: JobEvent = { type: 'job.started', at: 2_000, image: 'debian:12', isolation: 'none' };
    const started: RunEvent = { type: 'reported', jobId: id, leaseId: 'l1', seq: 1, body };
    const run = move(
      created([buildPlan('a')]).run,
      ...[claimed, started, finished].filter((e) => e !== undefined),
    );
    expect(run.jobs[0]).toMatchObject({ status: 'success', attempt: { isolation: 'none' } });
    expect(run.jobs[0]).not.toHaveProperty('image');
    expect(move(run, again, ...attempted(2, first)).jobs[0]?.attempt).not.toHaveProperty('isolation');
  });
});

describe('a job that is run again', () => {
  it('remembers what its first attempt ran in, and asks for the same', () => {
    expect(done.jobs[0]).toMatchObject({ image, attempt: { image } });
    expect(specOf(created([buildPlan('a')]).run)).not.toHaveProperty('firstImage');
    const spec = specOf(move(done, again));
    expect(spec).toMatchObject({ image: 'debian:12', firstImage: { id: image.id, digest: image.digest } });
  });

  it('says nothing when it got the same, under whatever id the engine has for it', () => {
    for (const used of [first, { ...first, imageId: `sha256:${'3'.repeat(64)}` }]) {
      const run = move(done, again, ...attempted(2, used));
      expect(run).toMatchObject({ status: 'success', jobs: [{ image }] });
      expect(run.reason).toBeUndefined();
    }
  });

  it('says on the run that the name stands for another image now', () => {
    const run = move(done, again, ...attempted(2, { imageId: `sha256:${'2'.repeat(64)}` }));
    expect(run).toMatchObject({
      status: 'success',
      reason: {
        code: 'image-moved',
        message: 'a: image debian:12 has moved since the first attempt: 111111111111 then, 222222222222 now',
      },
      jobs: [{ image }],
    });
  });

  it('takes a runner that says nothing of ids for what it is', () => {
    const run = move(created([buildPlan('a')]).run, ...attempted(1, {}));
    expect(run.jobs[0]).not.toHaveProperty('image');
  });
});
