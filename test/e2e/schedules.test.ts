import { join } from 'node:path';
import { expect, it } from 'vitest';
import { spawnHookline } from '../support/hookline-process.ts';
import type { HooklineScene } from '../support/hookline-scene.ts';
import type { JobEngine } from '../support/job-engine.ts';
import { waitUntil } from '../support/wait-until.ts';
import { withDockerScene } from '../support/with-docker-scene.ts';

let engine: JobEngine;
let scene: HooklineScene;
withDockerScene((opened) => {
  ({ engine, scene } = opened);
});

const pipeline = (schedule: string) =>
  `on:\n  push: { branches: [main] }\n${schedule}image: ${engine.image}\nsteps: [echo works]\n`;

async function json(path: string) {
  const response = await fetch(`${scene.url}${path}`);
  return (await response.json()) as { items: Record<string, unknown>[] };
}

it('a branch is built at the times of its own file, until the file has none', async () => {
  const project = await scene.project('octo/nightly');
  const sha = await project.push(
    pipeline("  schedule:\n    - { cron: '* * * * *', timezone: Europe/Paris }\n    - cron: '0 3 * * *'\n"),
  );
  await scene.ended(sha);
  const listed = await json('/api/v1/schedules?repository=octo/nightly');
  expect(listed.items.map(({ cron }) => cron).sort()).toEqual(['* * * * *', '0 3 * * *']);

  const logFile = join(scene.directory, 'schedules.out');
  const command = await spawnHookline(['schedules'], { settings: scene.settings, logFile });
  await command.ended;
  expect(command.output()).toMatch(/UTC +octo\/nightly main +\* \* \* \* \* {2}Europe\/Paris/);

  const scheduled = async () => (await scene.runs({ sha })).find(({ event }) => event === 'schedule');
  await waitUntil(async () => ['success', 'failure', 'error'].includes((await scheduled())?.status ?? ''), {
    what: 'a run of the schedule',
    timeoutMs: 110_000,
    intervalMs: 500,
  });
  const run = await scheduled();
  expect(run).toMatchObject({ status: 'success', branch: 'main', sha });
  const detail = (await (await fetch(`${scene.url}/api/v1/runs/${run?.id}`)).json()) as object;
  expect(detail).toMatchObject({ schedule: { cron: '* * * * *', timezone: 'Europe/Paris' } });
  const page = await (await fetch(`${scene.url}/runs/${run?.id}`)).text();
  expect(page).toContain('Schedule <code>* * * * *</code>');

  await project.push(pipeline(''));
  await waitUntil(async () => (await json('/api/v1/schedules')).items.length === 0, {
    what: 'the schedules to be gone',
    timeoutMs: 30_000,
  });
}, 180_000);
