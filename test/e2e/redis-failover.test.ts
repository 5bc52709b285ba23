import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { oneStep } from '../support/hookline-project.ts';
import { type HooklineScene, openHooklineScene } from '../support/hookline-scene.ts';
import { type JobEngine, startJobEngine } from '../support/job-engine.ts';
import { startCluster } from '../support/redis-cluster.ts';
import { startSentinels } from '../support/redis-sentinels.ts';

let engine: JobEngine;
let directory: string;

beforeAll(async () => {
  engine = await startJobEngine();
  directory = await mkdtemp(join(tmpdir(), 'hookline-failover-'));
});

afterAll(async () => {
  await engine?.close();
  await rm(directory, { recursive: true, force: true });
});

async function sceneOver(redis: { url: string; close(): Promise<void> }): Promise<HooklineScene> {
  onTestFinished(() => redis.close());
  const scene = await openHooklineScene({ DOCKER_HOST: engine.dockerHost, REDIS_URL: redis.url });
  onTestFinished(() => scene.close());
  await scene.start();
  return scene;
}

const succeeded = (name: string) => ({
  status: 'success',
  number: expect.any(Number),
  jobs: [{ name, status: 'success' }],
});

describe('a Redis that fails over', () => {
  it('behind sentinels: what runs goes on, and what is pushed meanwhile becomes one finished run', async () => {
    const redis = await startSentinels({ directory: join(directory, 'sentinels') });
    const scene = await sceneOver(redis);
    const project = await scene.project('failover/sentinel');
    const running = await project.push(oneStep(engine.image, 'sleep 4; echo over it'));
    await scene.run(running, ({ jobs }) => jobs[0]?.attempts[0]?.status === 'leased');
    const failedOver = redis.failOver();
    const during = await project.push(oneStep(engine.image, 'echo pushed meanwhile'));
    await failedOver;
    expect(await scene.ended(running)).toMatchObject(succeeded('test'));
    expect(await scene.ended(during)).toMatchObject(succeeded('test'));
    const after = await project.push(oneStep(engine.image, 'echo pushed after'));
    expect(await scene.ended(after)).toMatchObject(succeeded('test'));
    expect(await scene.runs({ repository: project.name })).toHaveLength(3);
  });

  it('in a cluster: so too, whether it is the node of the tickets or that of the messages', async () => {
    const redis = await startCluster({ directory: join(directory, 'cluster') });
    const scene = await sceneOver(redis);
    const project = await scene.project('failover/cluster');
    const shas: string[] = [];
    for (const key of ['{hookline}:hookline-jobs:wait', 'hookline:to-control']) {
      const failedOver = redis.failOver(key);
      shas.push(await project.push(oneStep(engine.image, `echo without the node of ${key}`)));
      await failedOver;
      shas.push(await project.push(oneStep(engine.image, 'echo pushed after')));
    }
    for (const sha of shas) expect(await scene.ended(sha)).toMatchObject(succeeded('test'));
    expect(await scene.runs({ repository: project.name })).toHaveLength(shas.length);
  });
});
