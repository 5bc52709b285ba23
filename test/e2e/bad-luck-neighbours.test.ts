import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { oneStep } from '../support/hookline-project.ts';
import type { HooklineScene } from '../support/hookline-scene.ts';
import type { JobEngine } from '../support/job-engine.ts';
import { nothingLeft } from '../support/leftovers.ts';
import { waitUntil } from '../support/wait-until.ts';
import { withDockerScene } from '../support/with-docker-scene.ts';

let engine: JobEngine;
let scene: HooklineScene;
withDockerScene((opened) => {
  ({ engine, scene } = opened);
});

const works = () => oneStep(engine.image, 'echo works');

async function endsWithStatus(name: string): Promise<string[]> {
  const project = await scene.project(name);
  const sha = await project.push(works());
  expect(await scene.ended(sha)).toMatchObject({ status: 'success' });
  await scene.status(name, sha, 'success');
  // Everything that was to be posted has been: the final status is still the newest.
  const settled = await scene.run(sha, ({ statuses }) =>
    statuses.every(({ delivery }) => delivery !== 'pending'),
  );
  expect(settled.statuses.at(-1)).toMatchObject({ state: 'success', delivery: 'sent' });
  return scene.git.statuses(name, sha).map(({ state }) => state);
}

describe('a git host whose statuses', () => {
  it('fail three times are posted again until they are taken, the final one last', async () => {
    scene.git.faults.statuses.push(502, 502, 502);
    const states = await endsWithStatus('host/failing');
    expect(states[0]).toBe('success');
    expect(states.filter((state) => state === 'success')).toHaveLength(1);
  });

  it('are limited in their rate are posted after the limit', async () => {
    const limited = { status: 403, headers: { 'retry-after': '1', 'x-ratelimit-remaining': '0' } };
    scene.git.faults.statuses.push(limited, limited);
    expect((await endsWithStatus('host/limited'))[0]).toBe('success');
  });

  it('take five seconds keep their order: no pending one lands after the final one', async () => {
    scene.git.faults.statuses.push({ lateMs: 5_000 });
    expect(await endsWithStatus('host/late')).toEqual(['success', 'pending']);
  });
});

describe('a git host that is', () => {
  it('down when the push is told makes its run when it is back', async () => {
    const project = await scene.project('host/down');
    // Nobody listens while it is pushed, so that nothing is fetched before the host is down.
    await scene.hookline.stop();
    const sha = await project.push(works());
    const push = scene.git.deliveries().findLast(({ event }) => event === 'push');
    scene.git.faults.gitDown = true;
    await scene.start();
    expect((await scene.git.redeliver(push?.id ?? 0)).response?.status).toBe(202);
    await waitUntil(
      async () =>
        (await scene.deliveries()).some(({ repository, problem }) => repository === 'host/down' && problem),
      { what: 'the problem to be shown with the delivery', timeoutMs: 20_000 },
    );
    scene.git.faults.gitDown = false;
    expect(await scene.ended(sha)).toMatchObject({ status: 'success' });
  });

  it('closed to the token makes the run an error that says so, and shows no token', async () => {
    await scene.hookline.stop();
    const { GITHUB_TOKEN = '' } = scene.settings;
    scene.set({ GITHUB_TOKEN: 'ghp_00000000000000000000000000000000wrong' });
    await scene.start();
    const project = await scene.project('host/closed');
    const sha = await project.push(works());
    const run = await scene.ended(sha);
    expect(run).toMatchObject({ status: 'error' });
    expect(run.reason?.message).toMatch(/GITHUB_TOKEN|credential|authenti/i);
    expect(JSON.stringify(run)).not.toContain('0000wrong');
    await scene.run(sha, ({ statuses }) => statuses.every(({ delivery }) => delivery === 'failed'));
    await scene.hookline.stop();
    scene.set({ GITHUB_TOKEN });
    await scene.start();
  });
});

describe('a blob store that cannot be written for a while', () => {
  it('holds the end of a job up and loses neither log nor artifact', async () => {
    const project = await scene.project('host/blobs');
    const blobs = join(scene.dataDir, 'blobs');
    const sha = await project.push(
      oneStep(
        engine.image,
        'echo begun\nsleep 1\necho made > made.txt',
        'artifacts: [{name: made, paths: [made.txt]}]',
      ),
    );
    await scene.run(sha, ({ jobs }) => jobs[0]?.attempts[0]?.startedAt !== undefined);
    await rename(blobs, `${blobs}.away`);
    await writeFile(blobs, 'in the way');
    await scene.run(sha, ({ jobs }) => jobs[0]?.attempts[0]?.steps[0]?.status === 'success');
    await scene.hookline.logged('the store does not take logs and artifacts');
    await rm(blobs);
    await rename(`${blobs}.away`, blobs);
    const run = await scene.ended(sha);
    expect(run).toMatchObject({ status: 'success' });
    expect(run.artifacts).toHaveLength(1);
    expect(await scene.log(run.jobs[0] ?? { id: '' })).toMatch(/^begun$/m);
  });
});

describe('after all this', () => {
  it('nothing is left behind, and nobody saw a stack', async () => {
    await nothingLeft(scene.dataDir, engine.dockerHost);
    expect(scene.hookline.output()).not.toMatch(/^\s+at /m);
  });
});
