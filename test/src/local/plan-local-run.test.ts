import { describe, expect, it } from 'vitest';
import { parseFile } from '../../../pipelines/parse-file.ts';
import { planLocalRun } from '../../../src/local/plan-local-run.ts';
import type { Change } from '../../../src/runs/change.ts';
import type { JobPolicy } from '../../../src/runs/job-policy.ts';
import { sampleChange } from '../runs/sample-run.ts';

const mib = 2 ** 20;

function plan(
  text: string,
  given: {
    file?: string;
    change?: Partial<Change>;
    secrets?: Record<string, string>;
    images?: string[];
  } = {},
) {
  const { file = '.hookline.yml', images } = given;
  const parsed = parseFile(text, file);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const { pipeline, digest } = parsed;
  const policy: JobPolicy = { memoryBytes: 512 * mib, cpus: 1, pids: 100, ...(images ? { images } : {}) };
  let ids = 0;
  return planLocalRun({ file, digest, pipeline, notes: [] }, sampleChange(given.change), {
    selection: { jobs: [], steps: [], matrix: [] },
    secrets: given.secrets ?? {},
    policy,
    nowMs: 7,
    newId: () => `id${++ids}`,
  });
}

describe('the run of a working tree', () => {
  it('is what a push of it would come to, with an id for each job', () => {
    const { created, notes } = plan('image: debian:12\nsteps: [make]\n');
    expect(created).toMatchObject({
      id: 'id1',
      repository: 'octo/app',
      createdAtMs: 7,
      jobIds: ['id2'],
      plan: { jobs: [{ name: 'build', kind: 'build' }] },
    });
    expect(notes).toEqual([]);
  });

  it('is made although the pipeline has none for such a change, and says so', () => {
    const text = 'on: { push: { branches: [main] } }\nimage: debian:12\nsteps: [make]\n';
    const { created, notes } = plan(text, { change: { branch: 'wip', ref: 'refs/heads/wip' } });
    expect(created.plan.jobs[0]).not.toHaveProperty('leftOut');
    expect(notes).toEqual([
      'push to wip would make no run: branch "wip" matches none of on.push.branches (main), line 1',
    ]);
  });

  it('leaves out jobs whose own conditions do', () => {
    const text = `image: debian:12
jobs:
  publish: { when: { branches: [main] }, secrets: [TOKEN], steps: [make publish] }
`;
    const { created } = plan(text, { change: { branch: 'wip' } });
    expect(created.plan.jobs[0]?.leftOut?.why).toContain('branch "wip" matches none');
  });

  it('says of labels, approvals and forks what becomes of them here', () => {
    const text = 'image: debian:12\njobs: { big: { runs_on: [gpu], approval: true, steps: [make] } }\n';
    expect(plan(text, { change: { fork: true } }).notes).toEqual([
      'big wants a runner with gpu: it is carried out on this machine all the same',
      'big asks for an approval: whoever runs it here gives it',
      'the event is of a fork: no job is given a secret',
    ]);
  });

  it('is refused where the service would refuse it, and without a secret that it asks for', () => {
    const memory = 'image: debian:12\njobs: { a: { resources: { memory: 2g }, steps: [make] } }\n';
    expect(() => plan(memory)).toThrow('job "a" asks for 2048 MiB of memory');
    expect(() => plan('image: debian:12\nsteps: [make]\n', { images: ['ghcr.io/*'] })).toThrow(
      'HOOKLINE_IMAGES',
    );
    const secret = 'image: debian:12\njobs: { a: { secrets: [TOKEN], steps: [make] } }\n';
    expect(() => plan(secret)).toThrow('job "a" asks for TOKEN');
    expect(() => plan(secret, { secrets: { TOKEN: 'x' } })).not.toThrow();
  });

  it('carries out no script that deploys in the language of Travis', () => {
    const text = `language: generic
script: make
deploy: { provider: script, script: ./deploy.sh, on: { branch: main } }
after_script: make tidy
`;
    const { created, notes } = plan(text, { file: '.travis.yml' });
    const [job] = created.plan.jobs;
    if (job?.kind !== 'build') throw new Error('no build');
    expect(job.steps.map(({ name }) => name)).toEqual(['set up', 'script', 'after_script']);
    expect(notes).toEqual(['build: deploy: script is left out: not from this machine']);
  });
});
