import { describe, expect, it } from 'vitest';
import { runHookline } from '../support/hookline-process.ts';
import { oneStep } from '../support/hookline-project.ts';
import type { HooklineScene } from '../support/hookline-scene.ts';
import type { JobEngine } from '../support/job-engine.ts';
import { waitUntil } from '../support/wait-until.ts';
import { withDockerScene } from '../support/with-docker-scene.ts';

let engine: JobEngine;
let scene: HooklineScene;
withDockerScene((opened) => {
  ({ engine, scene } = opened);
});

type RunnerJson = {
  name: string;
  kind: string;
  status: string;
  labels: string[];
  engine?: string;
  order?: { by: string };
};

async function runners(): Promise<RunnerJson[]> {
  const { items } = (await (await scene.get('/api/v1/runners')).json()) as { items: RunnerJson[] };
  return items;
}

async function builder(): Promise<RunnerJson | undefined> {
  return (await runners()).find(({ kind }) => kind === 'jobs');
}

const whenBuilderIs = (status: string) =>
  waitUntil(async () => (await builder())?.status === status, {
    what: `the runner to be ${status}`,
    timeoutMs: 60_000,
  });

const command = async (...args: string[]) => {
  const { code, stdout, stderr } = await runHookline(args, { settings: scene.settings });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
};

async function restart(): Promise<void> {
  await scene.hookline.stop();
  await scene.start();
}

describe('the runners of an installation', () => {
  it('are listed with what they offer, on the page, by the API and on the command line', async () => {
    await waitUntil(async () => (await runners()).length === 2, { what: 'both', timeoutMs: 30_000 });
    await whenBuilderIs('ready');
    expect((await builder())?.labels).toContain(process.platform);
    expect((await builder())?.engine).toMatch(/\d/);
    const page = await (await scene.get('/runners')).text();
    expect(page).toContain('deployer');
    expect(page).toContain('Ready');
    expect((await command('runners')).trim().split('\n')).toHaveLength(2);
  });

  it('leave a job alone whose labels none of them has, until one comes that has them', async () => {
    const project = await scene.project('runners/labels');
    const sha = await project.push(oneStep(engine.image, 'echo on a big one', 'runs_on: [big, linux]'));
    const waiting = await scene.run(sha, ({ jobs }) => jobs[0]?.reason?.code === 'no-runner');
    const why = 'waits for a runner with labels big, linux; the one runner known lacks them';
    expect(waiting.jobs[0]).toMatchObject({ status: 'queued', runsOn: ['big', 'linux'] });
    expect(waiting.jobs[0]?.reason?.message).toBe(why);
    expect(await (await scene.get(`/runs/${waiting.id}`)).text()).toContain(why);
    scene.set({ HOOKLINE_RUNNER_LABELS: 'big' });
    await restart();
    expect(await scene.ended(sha)).toMatchObject({ status: 'success' });
  });

  it('take nothing while all are paused, also after a restart, and go on when they are told to', async () => {
    await command('pause', '--all');
    await restart();
    const project = await scene.project('runners/paused');
    const sha = await project.push(oneStep(engine.image, 'echo later'));
    const waiting = await scene.run(sha, ({ jobs }) => jobs[0]?.reason?.code === 'no-runner');
    expect(waiting.jobs[0]?.reason?.message).toMatch(/^waits for a runner; paused or drained: /);
    expect(waiting.jobs[0]?.attempts).toMatchObject([{ status: 'queued' }]);
    await command('resume', '--all');
    expect(await scene.ended(sha)).toMatchObject({ status: 'success' });
  });

  it('finish what they have when they are drained, and then say so', async () => {
    const project = await scene.project('runners/drained');
    const sha = await project.push(oneStep(engine.image, 'sleep 2; echo finished'));
    await scene.run(sha, ({ jobs }) => jobs[0]?.attempts[0]?.status === 'leased');
    const { name } = (await builder()) ?? { name: '' };
    expect(await command('drain', name)).toContain('drain');
    const later = await project.push(oneStep(engine.image, 'echo later'));
    expect(await scene.ended(sha)).toMatchObject({ status: 'success' });
    await whenBuilderIs('drained');
    expect((await builder())?.order).toBeDefined();
    const waiting = await scene.run(later, ({ jobs }) => jobs[0]?.reason?.code === 'no-runner');
    expect(waiting.jobs[0]?.attempts).toMatchObject([{ status: 'queued' }]);
    await command('resume', name);
    expect(await scene.ended(later)).toMatchObject({ status: 'success' });
  });

  it('carry out jobs without containers where somebody allows it, and say so wherever one looks', async () => {
    scene.set({ HOOKLINE_ENGINE: 'process', HOOKLINE_ALLOW_UNISOLATED: '1' });
    await restart();
    const project = await scene.project('runners/unisolated');
    const sha = await project.push(oneStep('nobody/has-it:1', 'echo "at $PWD"', 'runs_on: unisolated'));
    const run = await scene.ended(sha);
    const name = run.jobs[0]?.attempts[0]?.runner ?? '';
    expect(run).toMatchObject({ status: 'success', withoutIsolation: [name] });
    expect(run.jobs[0]?.attempts).toMatchObject([{ isolation: 'none' }]);
    const log = run.jobs[0] ? await scene.log(run.jobs[0]) : '';
    expect(log).toContain('warning: the image nobody/has-it:1 is not used');
    expect(log).toContain(`at ${scene.dataDir}/runner/workspaces/`);
    const page = await (await scene.get(`/runs/${run.id}`)).text();
    expect(page).toContain('Ran without isolation on runner');
    await waitUntil(async () => (await builder())?.engine?.startsWith('no isolation') === true, {
      what: 'the engine of the runner',
      timeoutMs: 30_000,
    });
    expect((await builder())?.labels).toContain('unisolated');
  });
});
