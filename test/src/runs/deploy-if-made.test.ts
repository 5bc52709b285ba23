import { expect, it } from 'vitest';
import { openJob } from '../../../src/runs/open-job.ts';
import { transition } from '../../../src/runs/transition.ts';
import { created, deployPlan } from './sample-run.ts';

const limits = { logLimitBytes: 1, memoryBytes: 1, cpus: 1, pids: 1 };

function opening(ifMade: boolean) {
  const { run } = created([deployPlan('production', [], ifMade ? { ifMade } : {})]);
  const [job] = run.jobs;
  if (!job) throw new Error('there is no job');
  const vault = { open: () => Promise.resolve({}) };
  const store = { artifactOf: () => Promise.resolve(undefined) };
  return { run, job, opened: openJob(run, job, { forges: {}, vault, store, limits }) };
}

it('a deployment of what its job may leave out is refused as one that has nothing to do, and skipped', async () => {
  const { run, job, opened } = opening(true);
  await expect(opened).rejects.toMatchObject({ code: 'when' });
  const reason = { code: 'when', message: 'no bundle' };
  const next = transition(run, { type: 'refused', jobId: job.id, attempt: 1, reason }, 2_000).run;
  expect(next).toMatchObject({ status: 'skipped', jobs: [{ status: 'skipped', reason }] });
});

it('a deployment of what its job has to make is an error without it', async () => {
  const { run, job, opened } = opening(false);
  await expect(opened).rejects.toMatchObject({ code: 'artifact-missing' });
  const reason = { code: 'artifact-missing', message: 'no bundle' };
  const next = transition(run, { type: 'refused', jobId: job.id, attempt: 1, reason }, 2_000).run;
  expect(next).toMatchObject({ status: 'error', jobs: [{ status: 'error', reason }] });
});
