import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { spawnHookline } from '../support/hookline-process.ts';
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

const works = () => oneStep(engine.image, 'echo works');

/** The newest delivery of a push to the repository, once control has decided on it. */
async function settledPush(repository: string) {
  const newest = async () =>
    (await scene.deliveries()).find(
      (delivery) => delivery.repository === repository && delivery.event === 'push',
    );
  await waitUntil(async () => ![undefined, 'pending'].includes((await newest())?.outcome), {
    what: `a decision on the push to ${repository}`,
    timeoutMs: 20_000,
  });
  const found = await newest();
  if (!found) throw new Error('unreachable: it was found');
  return found;
}

/** What a command says, and how it ended. */
async function command(...args: string[]): Promise<{ code: number | null; said: string }> {
  const logFile = join(scene.directory, `${args.join('-').replaceAll(/[^\w-]/g, '')}.out`);
  const running = await spawnHookline(args, { settings: { ...scene.settings, USER: 'ada' }, logFile });
  const { code } = await running.ended;
  return { code, said: running.output() };
}

describe('pushes while nothing listens', () => {
  it('are found and built after the start, marked as recovered, without anybody delivering them again', async () => {
    const project = await scene.project('recovery/away');
    const first = await project.push(works());
    await scene.ended(first);
    await scene.hookline.stop();
    const missed = [await project.push(works()), await project.push(works())];
    const hookline = await scene.start();
    for (const sha of missed) expect(await scene.ended(sha)).toMatchObject({ status: 'success' });
    const found = (await scene.deliveries()).filter(({ recovered }) => recovered);
    expect(found).toMatchObject([{ event: 'push' }, { event: 'push' }]);
    expect(hookline.output()).toContain('recovered: push of recovery/away');

    // The real ones, late.
    const sent = scene.git.deliveries().filter(({ response }) => response === undefined);
    for (const { id } of sent) expect((await scene.git.redeliver(id)).response?.status).toBe(202);
    for (const sha of missed) expect(await scene.runs({ sha })).toHaveLength(1);
  });
});

describe('a replay', () => {
  it('builds what was refused before, by one command', async () => {
    const project = await scene.project('recovery/stranger');
    scene.set({ HOOKLINE_REPOSITORIES: 'recovery/away' });
    await scene.hookline.stop();
    await scene.start();
    const sha = await project.push(works());
    const refused = await settledPush('recovery/stranger');
    expect(refused.reason).toContain('HOOKLINE_REPOSITORIES');
    scene.set({ HOOKLINE_REPOSITORIES: 'recovery/away,recovery/stranger' });
    await scene.hookline.stop();
    await scene.start();

    const listed = await command('deliveries', '--outcome', 'ignored');
    expect(listed.said).toContain(`${refused.id}  ignored  push recovery/stranger`);
    expect(listed.said).toContain('is not named in HOOKLINE_REPOSITORIES');
    const replayed = await command('replay', refused.id);
    expect(replayed).toMatchObject({ code: 0, said: expect.stringContaining(`the replay of ${refused.id}`) });
    expect(await scene.ended(sha)).toMatchObject({ status: 'success' });
    expect(await settledPush('recovery/stranger')).toMatchObject({
      outcome: 'runs',
      replayOf: refused.id,
      askedBy: 'ada',
    });
  });

  it('of what is unknown is refused with the reason', async () => {
    expect(await command('replay', 'no-such-delivery')).toMatchObject({
      code: 1,
      said: expect.stringContaining('there is no delivery "no-such-delivery"'),
    });
  });
});
