import { describe, expect, it } from 'vitest';
import type { HooklineScene, RunJson } from '../support/hookline-scene.ts';
import type { JobEngine } from '../support/job-engine.ts';
import { nothingLeft } from '../support/leftovers.ts';
import { withDockerScene } from '../support/with-docker-scene.ts';

let engine: JobEngine;
let scene: HooklineScene;
withDockerScene(
  (opened) => {
    ({ engine, scene } = opened);
  },
  () => ({ HOOKLINE_SLOTS: '4' }),
);

const jobOf = (run: RunJson, name: string) => {
  const job = run.jobs.find((candidate) => candidate.name === name);
  if (!job) throw new Error(`the run has no job ${name}`);
  return job;
};
const statusesOf = (run: RunJson) => Object.fromEntries(run.jobs.map(({ name, status }) => [name, status]));

describe('a matrix', () => {
  it('runs each combination with its values, and a failure that is allowed stops nobody', async () => {
    const project = await scene.project('matrix/allowed');
    const sha = await project.push(`image: ${engine.image}
jobs:
  test:
    allow_failure: true
    matrix: { size: [small, large] }
    env: { OUT: 'out/{matrix.size}' }
    steps:
      - mkdir -p "$OUT" && echo "built $MATRIX_SIZE" | tee "$OUT/built"
      - test "$MATRIX_SIZE" != large
    artifacts: [{ name: 'app-{matrix.size}', paths: [out] }]
  after: { needs: test, steps: [echo after all] }
`);
    const run = await scene.ended(sha);
    expect(statusesOf(run)).toEqual({
      'test (size=small)': 'success',
      'test (size=large)': 'failure',
      after: 'success',
    });
    const large = jobOf(run, 'test (size=large)');
    expect(large).toMatchObject({ allowed: true, matrix: { job: 'test', values: { size: 'large' } } });
    expect(await scene.log(large)).toContain('built large');
    expect(run.status).toBe('success');
    expect(run.artifacts.map(({ name }) => name)).toContain('app-small');
    const { description } = await scene.status(project.name, sha, 'success');
    expect(description).toMatch(/succeeded in .*, 1 allowed failure: test \(size=large\)$/);
    expect(await (await scene.get(`/runs/${run.id}`)).text()).toContain('1 allowed failure');
  });

  it('that fails fast stops the others while they run', async () => {
    const project = await scene.project('matrix/fast');
    const sha = await project.push(`image: ${engine.image}
jobs:
  test:
    matrix: { kind: [bad, slow], fail_fast: true }
    steps: ['if test "$MATRIX_KIND" = bad; then sleep 3; exit 1; fi; sleep 600']
`);
    const run = await scene.ended(sha);
    expect(run.status).toBe('failure');
    expect(statusesOf(run)).toEqual({ 'test (kind=bad)': 'failure', 'test (kind=slow)': 'cancelled' });
    expect(jobOf(run, 'test (kind=slow)').reason?.code).toBe('fail-fast');
  });
});

describe('a group', () => {
  it('lets one job run at a time, in the order of the pushes, and says who holds it', async () => {
    const project = await scene.project('groups/turns');
    const pipeline = (seconds: number) => `image: ${engine.image}
jobs:
  alone: { concurrency: { group: 'alone-{branch}' }, steps: [sleep ${seconds}] }
`;
    const first = await project.push(pipeline(6));
    await scene.run(first, ({ status }) => status === 'running');
    const second = await project.push(pipeline(0));
    const waiting = await scene.run(second, ({ status }) => status === 'waiting');
    expect(jobOf(waiting, 'alone').reason).toEqual({
      code: 'group',
      message: 'group "alone-main" is held by run #1',
    });
    const [before, after] = [await scene.ended(first), await scene.ended(second)];
    expect([before.status, after.status]).toEqual(['success', 'success']);
    expect(Date.parse(after.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(before.finishedAt ?? ''));
  });
});

describe('a pull request that gets another commit', () => {
  const pipeline = (script: string) => `on: { pull_request: true }
image: ${engine.image}
steps: ['${script}']
`;

  it('has its running run cancelled in favour of the new one, and both commits are told', async () => {
    const project = await scene.project('superseding/pull');
    await project.push(pipeline('true'));
    const branch = 'topic';
    const first = await project.push(pipeline('sleep 600'), { branch });
    await scene.git.openPullRequest({ repository: project.name, head: branch, base: 'main' });
    await scene.run(first, (run) => run.jobs[0]?.attempts[0]?.status === 'leased');

    const second = await project.push(pipeline('true'), { branch });
    const newer = await scene.ended(second);
    expect(newer.status).toBe('success');
    const older = await scene.ended(first);
    expect(older).toMatchObject({
      status: 'cancelled',
      reason: { code: 'superseded', message: `superseded by run #${newer.number}` },
      supersededBy: { id: newer.id, number: newer.number },
    });
    expect((await scene.status(project.name, first, 'error')).description).toMatch(/superseded by run #2/);
    await scene.status(project.name, second, 'success');
    expect(await (await scene.get(`/runs/${older.id}`)).text()).toContain(`href="/runs/${newer.id}"`);
    await nothingLeft(scene.dataDir, engine.dockerHost);
  });
});
