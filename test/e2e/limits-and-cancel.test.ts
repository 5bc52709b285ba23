import { describe, expect, it } from 'vitest';
import { oneStep } from '../support/hookline-project.ts';
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

async function ended(name: string, pipeline: string): Promise<RunJson> {
  const project = await scene.project(name);
  return scene.ended(await project.push(pipeline), 120_000);
}

const attemptsOf = (run: RunJson) => run.jobs[0]?.attempts ?? [];
const stepsOf = (run: RunJson) => attemptsOf(run).at(-1)?.steps ?? [];
const logOf = (run: RunJson) => scene.log(run.jobs[0] ?? { id: 'no job' });
const pageOf = async (run: RunJson) => (await scene.get(`/runs/${run.id}`)).text();
const isRunning = (run: RunJson) => stepsOf(run).some(({ status }) => status === 'running');

describe.concurrent('a step', () => {
  it('that says `retry` is run again in the same container until it succeeds', async () => {
    const flaky = 'echo x >> /tmp/tries\nn=$(wc -l < /tmp/tries)\necho "this is try $n"\n[ "$n" -eq 3 ]';
    const pipeline = oneStep(engine.image, flaky).replace(
      '- run:',
      '- retry: { attempts: 4, wait: 1s }\n        run:',
    );
    const run = await ended('limits/flaky', pipeline);
    expect(run.status).toBe('success');
    expect(stepsOf(run)).toMatchObject([{ status: 'success', exitCode: 0, tries: 3 }]);
    const log = await logOf(run);
    expect(log).toMatch(/try 2 of 4 begins in 1 s.*this is try 2.*try 3 of 4 begins in 1 s.*this is try 3/s);
    expect(await pageOf(run)).toContain('3 tries');
  });

  it('that prints nothing for too long is ended, and the limit is named', async () => {
    const run = await ended(
      'limits/silent',
      oneStep(engine.image, 'echo begun\nsleep 300', 'no_output_timeout: 2s'),
    );
    expect(run).toMatchObject({ status: 'failure', reason: { code: 'no-output' } });
    expect(stepsOf(run)[0]?.message).toMatch(/^printed nothing for 2 s/);
    expect(await logOf(run)).toContain('printed nothing for 2 s: it is being ended');
  });
});

describe.concurrent('a run', () => {
  it('that takes longer than it may ends as a failure that names its limit, in time', async () => {
    const pipeline = `image: ${engine.image}
timeout: 3s
jobs:
  test: { steps: [sleep 300] }
  after: { needs: test, steps: ['true'] }
`;
    const run = await ended('limits/run', pipeline);
    expect(run).toMatchObject({ status: 'failure', reason: { code: 'run-timeout' }, timeoutMs: 3_000 });
    expect((await scene.status('limits/run', run.sha, 'failure')).description).toMatch(
      /the run took longer than its limit of 3 s/,
    );
    expect(run.jobs.map(({ status }) => status)).toEqual(['cancelled', 'cancelled']);
  });

  it('whose image cannot be pulled just now is tried again, each attempt told', async () => {
    const image = '127.0.0.1:9/nobody/home:1';
    const run = await ended('limits/registry', oneStep(image, 'true'));
    expect(run).toMatchObject({ status: 'error', reason: { code: 'image-pull-failed' } });
    expect(attemptsOf(run)).toMatchObject([
      { status: 'ended', fault: 'infrastructure', triedAgain: true, reason: { code: 'image-pull-failed' } },
      { status: 'ended', fault: 'infrastructure', triedAgain: true, notBefore: expect.any(String) },
      { status: 'ended', fault: 'infrastructure', notBefore: expect.any(String) },
    ]);
    expect(run.reason?.message).toContain('no further one is made');
    expect(await pageOf(run)).toMatch(
      /Attempt 1[\s\S]*infrastructure[\s\S]*could not be pulled[\s\S]*tried again/,
    );
  });
});

describe('a cancel', () => {
  it('reaches the step without waiting for a heartbeat, and what says `always` still runs', async () => {
    const project = await scene.project('limits/cancel');
    const pipeline = `image: ${engine.image}
steps:
  - |
    trap 'echo "asked to stop"; exit 0' TERM
    while true; do sleep 0.1; done
  - never this one
  - run: echo cleaned up
    when: always
`;
    const latencies: number[] = [];
    for (let time = 1; time <= 3; time += 1) {
      const sha = await project.push(pipeline);
      const { id } = await scene.run(sha, isRunning);
      const askedAtMs = Date.now();
      const response = await fetch(new URL(`/api/v1/runs/${id}/cancel`, scene.url), { method: 'POST' });
      expect(response.ok).toBe(true);
      const run = await scene.ended(sha);
      expect(run.status).toBe('cancelled');
      const [first] = stepsOf(run);
      latencies.push(Date.parse(first?.finishedAt ?? '') - askedAtMs);
      const log = await logOf(run);
      expect(log).toMatch(/asked to stop.*cleaned up/s);
      expect(log).not.toContain('never this one');
    }
    // A heartbeat comes every 5 s. The fastest counts: a machine may be busy with other things for a moment.
    expect(Math.min(...latencies), String(latencies)).toBeLessThan(1_000);
    await nothingLeft(scene.dataDir, engine.dockerHost);
  });
});
