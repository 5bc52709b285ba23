import { describe, expect, it } from 'vitest';
import { parsePipeline } from '../../../pipelines/parse-pipeline.ts';
import { planRun } from '../../../pipelines/plan.ts';
import { type JobPolicy, refusedOf } from '../../../src/runs/job-policy.ts';

const policy: JobPolicy = { memoryBytes: 2 ** 30, cpus: 2, pids: 100 };

function refused(source: string, given: Partial<JobPolicy> = {}): string[] {
  const parsed = parsePipeline(source, '.hookline.yml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const { jobs } = planRun(parsed.pipeline, { event: 'push', branch: 'main', fork: false });
  return jobs.flatMap((job) => refusedOf(job, { ...policy, ...given }));
}

describe('what a job may have', () => {
  it('is all that is allowed, and nothing unless it asks', () => {
    const most = 'image: node:24\nresources: { memory: 1g, cpus: 2, pids: 100 }\nsteps: [make]';
    expect([refused(most), refused('image: node:24\nsteps: [make]')]).toEqual([[], []]);
  });

  it('is refused with the limit, its setting and what was asked for', () => {
    expect(refused('image: node:24\nresources: { memory: 2g, cpus: 2.5, pids: 101 }\nsteps: [make]')).toEqual(
      [
        'job "build" asks for 2048 MiB of memory, and HOOKLINE_JOB_MEMORY_MIB allows 1024 MiB',
        'job "build" asks for 2.5 processors, and HOOKLINE_JOB_CPUS allows 2',
        'job "build" asks for 101 processes, and HOOKLINE_JOB_PIDS allows 100',
      ],
    );
  });

  it('are images that a glob covers, those of its services too', () => {
    const source = 'image: node:24\nservices: { db: postgres:17, cache: evil/redis }\nsteps: [make]';
    const images = ['node:*', 'postgres:*'];
    expect(refused(source)).toEqual([]);
    expect(refused(source, { images })).toEqual([
      'job "build" asks for the image evil/redis, and HOOKLINE_IMAGES allows node:*, postgres:*',
    ]);
  });
});
