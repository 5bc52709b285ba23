import { describe, expect, it } from 'vitest';
import type { RunDetail } from '../../../src/runs/history.ts';
import { openBuildWorld } from './build-world.ts';

const pipeline = `image: debian:12
secrets: [TOKEN]
timeout: 5m
steps:
  - name: build
    run: make
  - name: test
    run: make test
  - name: tidy
    run: make clean
    when: always
artifacts:
  - name: app
    paths: [out]
`;

const made = { when: /make$/, does: { output: ['made\n'], files: { 'out/app.txt': 'the app' } } } as const;
const stepsOf = (run: RunDetail) =>
  run.jobs[0]?.attempts.at(-1)?.steps.map(({ name, status, exitCode }) => [name, status, exitCode]);

describe('a push, with control, a runner and a scripted engine in one process', () => {
  it('is built, tested, zipped and said to be good, and nothing is left', async () => {
    const world = await openBuildWorld(pipeline, { rules: [made] });
    await world.push();
    const run = await world.run();
    expect([run.status, stepsOf(run)]).toEqual([
      'success',
      [
        ['build', 'success', 0],
        ['test', 'success', 0],
        ['tidy', 'success', 0],
      ],
    ]);
    expect(run.artifacts).toMatchObject([{ name: 'app', fileCount: 1 }]);
    expect(run.jobs[0]?.attempts[0]?.usage).toMatchObject({ cpuMs: 1, peakMemoryBytes: 2 ** 20 });
    expect(await world.log(run, 'build')).toContain('made');
    await expect.poll(() => world.statuses.at(-1)?.state).toBe('success');
    await expect.poll(() => world.engine.left()).toEqual([]);
  });

  it('whose step fails is a failure that names it, and runs only what says always', async () => {
    const rules = [made, { when: /make test$/, does: { output: ['1 is not 2\n'], exitCode: 3 } }];
    const world = await openBuildWorld(pipeline, { rules });
    await world.push();
    const run = await world.run();
    expect([run.status, run.reason?.message]).toEqual([
      'failure',
      expect.stringContaining('step "test" exited with code 3'),
    ]);
    expect(stepsOf(run)).toEqual([
      ['build', 'success', 0],
      ['test', 'failure', 3],
      ['tidy', 'success', 0],
    ]);
    expect(run.artifacts).toEqual([]);
    await expect.poll(() => world.statuses.at(-1)?.state).toBe('failure');
  });

  it('shows no secret that a step prints', async () => {
    const world = await openBuildWorld(pipeline, {
      rules: [made, { when: /make test$/, does: { output: ['it is open ', 'sesame\n'], exitCode: 1 } }],
    });
    await world.push();
    const run = await world.run();
    expect(await world.log(run, 'build')).toContain('it is ***');
    expect(JSON.stringify(run)).not.toContain('open sesame');
  });

  it('whose container is killed from outside is an error, not a failure of the code', async () => {
    const died = { reason: 'killed', message: 'the container was killed from outside' } as const;
    const world = await openBuildWorld(pipeline, { rules: [{ when: /make$/, does: { died } }] });
    await world.push();
    expect((await world.run()).status).toBe('error');
  });

  it('whose image cannot be had is an error that names it', async () => {
    const world = await openBuildWorld(pipeline, { missingImages: new Set(['debian:12']) });
    await world.push();
    const run = await world.run();
    expect([run.status, run.reason?.message]).toEqual(['error', expect.stringContaining('debian:12')]);
  });

  it('that hangs is cancelled by a person, runs what says always, and can be run again', async () => {
    let hangs = true;
    const hanging = { when: /make test$/, does: () => (hangs ? { hang: true } : {}) };
    const world = await openBuildWorld(pipeline, { rules: [made, hanging] });
    await world.push();
    const isTesting = (run: RunDetail) => stepsOf(run)?.[1]?.[1] === 'running';
    const running = await world.run(isTesting);
    expect(await world.ask(running.id, { type: 'cancel' }, 'Ada')).toEqual({ outcome: 'done' });
    const cancelled = await world.run();
    expect([cancelled.status, cancelled.reason?.message]).toEqual(['cancelled', 'cancelled by Ada']);
    expect(stepsOf(cancelled)?.at(-1)).toEqual(['tidy', 'success', 0]);

    hangs = false;
    expect(await world.ask(running.id, { type: 'retry', scope: 'failed' }, 'Ada')).toEqual({
      outcome: 'done',
    });
    const again = await world.run(({ status }) => status === 'success');
    expect(again.jobs[0]?.attempts.map(({ number }) => number)).toEqual([1, 2]);
    await expect.poll(() => world.engine.left()).toEqual([]);
  });
});
