import { expect, it } from 'vitest';
import { oneStep } from '../support/hookline-project.ts';
import type { HooklineScene } from '../support/hookline-scene.ts';
import type { JobEngine } from '../support/job-engine.ts';
import { withDockerScene } from '../support/with-docker-scene.ts';

let engine: JobEngine;
let scene: HooklineScene;
withDockerScene((opened) => {
  ({ engine, scene } = opened);
});

it('a commit whose webhook never arrives is built and says so; the webhook that comes late builds nothing more', async () => {
  // Nobody may read the log of what was sent: the heads of the branches are all that is left to look at.
  scene.git.faults.hooks = { status: 404 };
  const project = await scene.project('octo/lost');
  const pipeline = oneStep(engine.image, 'echo works');
  await scene.ended(await project.push(pipeline));
  await scene.hookline.stop();
  const sha = await project.push(pipeline);
  await scene.start();

  const run = await scene.ended(sha, 120_000);
  expect(run).toMatchObject({ status: 'success', event: 'push', branch: 'main', recovered: true });
  expect(await (await scene.get(`/runs/${run.id}`)).text()).toContain('>recovered</span>');
  expect((await scene.deliveries()).find(({ id }) => id === run.deliveryId)).toMatchObject({
    source: 'hookline',
    event: 'head',
    recovered: true,
  });
  await scene.status('octo/lost', sha, 'success');

  const lost = scene.git.deliveries().filter(({ response }) => response === undefined);
  expect(lost).toHaveLength(1);
  for (const { id } of lost) expect((await scene.git.redeliver(id)).response?.status).toBe(202);
  const late = async () => (await scene.deliveries()).find(({ event }) => event === 'push');
  await expect.poll(async () => (await late())?.reason, { timeout: 30_000 }).toContain('was built already');
  expect(await scene.runs({ sha })).toHaveLength(1);
}, 240_000);
