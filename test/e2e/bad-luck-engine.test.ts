import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineProxy, engineProxy } from '../support/engine-proxy.ts';
import { oneStep } from '../support/hookline-project.ts';
import { type HooklineScene, openHooklineScene, type RunJson } from '../support/hookline-scene.ts';
import { type JobEngine, startJobEngine } from '../support/job-engine.ts';
import { nothingLeft } from '../support/leftovers.ts';

let directory: string;
let engine: JobEngine;
let proxy: EngineProxy;
let scene: HooklineScene;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hl-'));
  engine = await startJobEngine();
  proxy = engineProxy(join(directory, 'docker.sock'), engine.dockerHost);
  scene = await openHooklineScene({ DOCKER_HOST: proxy.dockerHost });
});

afterAll(async () => {
  await scene?.close();
  await proxy?.close();
  await engine?.close();
  await rm(directory, { recursive: true, force: true });
});

const isRunning = (run: RunJson) =>
  run.jobs.some(({ attempts }) => attempts.at(-1)?.steps.some(({ status }) => status === 'running'));

describe('a container engine', () => {
  it('that is not there at the start is named with what to do, and the job runs when it comes', async () => {
    await scene.start({ ready: false });
    const { msg } = await scene.hookline.logged('no job is taken before the container engine answers');
    expect(msg).toMatch(/docker\.sock.*start Docker.*DOCKER_HOST/);
    const project = await scene.project('engine/late');
    const sha = await project.push(oneStep(engine.image, 'true'));
    await scene.run(sha, ({ status }) => status === 'queued');
    await proxy.up();
    expect(await scene.ended(sha)).toMatchObject({ status: 'success' });
  });

  it('that dies in the middle of a job costs an attempt, and the next one waits until it is back', async () => {
    const project = await scene.project('engine/dies');
    const sha = await project.push(
      oneStep(engine.image, 'echo "attempt $HOOKLINE_ATTEMPT"\n[ "$HOOKLINE_ATTEMPT" != 1 ] || sleep 60'),
    );
    await scene.run(sha, isRunning);
    await proxy.down();
    await scene.run(sha, ({ jobs }) => jobs[0]?.attempts.length === 2);
    const other = await project.push(oneStep(engine.image, 'true'), { branch: 'other' });
    await scene.run(other, ({ status }) => status === 'queued');
    await proxy.up();
    const run = await scene.ended(sha);
    expect(run).toMatchObject({ status: 'success' });
    expect(run.jobs[0]?.attempts.map(({ status }) => status)).toEqual(['lost', 'ended']);
    expect(run.jobs[0]?.attempts[0]?.reason?.message).toMatch(/container engine/);
    expect(await scene.ended(other)).toMatchObject({ status: 'success' });
    await nothingLeft(scene.dataDir, engine.dockerHost);
  });
});

describe('after all this', () => {
  it('nobody saw a stack', () => {
    expect(scene.hookline.output()).not.toMatch(/^\s+at /m);
  });
});
