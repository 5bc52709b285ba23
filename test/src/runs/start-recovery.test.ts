import { describe, expect, it, onTestFinished } from 'vitest';
import { type RecoverySettings, startRecovery } from '../../../src/runs/start-recovery.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { openRecoveryScene, type RecoveryScene } from './recovery-scene.ts';

const pipeline = 'jobs:\n  test:\n    steps: [npm test]\n';

function started(scene: RecoveryScene, settings: Partial<RecoverySettings> = {}) {
  const loop = startRecovery(scene.ports, { everyMs: 20, ...settings });
  onTestFinished(() => loop.close());
  return loop;
}

const recovered = async (scene: RecoveryScene) =>
  (await scene.deliveries()).filter((delivery) => delivery.recovered).length;

describe('recovery', () => {
  it('looks at once, and again and again', async () => {
    const scene = await openRecoveryScene();
    const project = await scene.project('octo/app');
    scene.setDoor('closed');
    await project.push(pipeline);
    started(scene);
    await waitUntil(async () => (await recovered(scene)) === 1, { what: 'the first push', timeoutMs: 5_000 });
    await project.push(pipeline);
    await waitUntil(async () => (await recovered(scene)) === 2, {
      what: 'the second push',
      timeoutMs: 5_000,
    });
  });

  it('looks at the repositories that are named in the settings, though silent, and at no others', async () => {
    const scene = await openRecoveryScene();
    const other = await scene.project('octo/app');
    scene.setDoor('closed');
    await other.push(pipeline);
    await scene.project('octo/silent');
    started(scene, { repositories: new Set(['octo/silent']) });
    await waitUntil(async () => (await recovered(scene)) === 1, { what: 'the ping', timeoutMs: 5_000 });
    expect((await scene.deliveries()).at(-1)).toMatchObject({ event: 'ping', repository: 'octo/silent' });
  });

  it('looks at once after a restart, however short ago the last look was', async () => {
    const scene = await openRecoveryScene();
    const project = await scene.project('octo/app');
    scene.setDoor('closed');
    const first = startRecovery(scene.ports, { everyMs: 60_000 });
    await project.push(pipeline);
    await first.close();
    const before = await recovered(scene);
    await project.push(pipeline);
    started(scene, { everyMs: 60_000 });
    await waitUntil(async () => (await recovered(scene)) === 2, { what: 'both pushes', timeoutMs: 5_000 });
    expect(before).toBeLessThan(2);
  });

  it('says once what stands in its way, and goes on when that is mended', async () => {
    const scene = await openRecoveryScene();
    const project = await scene.project('octo/app');
    scene.setDoor('closed');
    await project.push(pipeline);
    scene.git.faults.hooks = { status: 403 };
    const loop = started(scene);
    await waitUntil(async () => scene.said.length > 0, { what: 'the problem', timeoutMs: 5_000 });
    for (let turns = 0; turns < 3; turns += 1) {
      const claimedAt = async () =>
        (await scene.db.selectFrom('recoveries').selectAll().execute())[0]?.claimed_at;
      const before = await claimedAt();
      loop.wake();
      await waitUntil(async () => (await claimedAt()) !== before, { what: 'another look', timeoutMs: 5_000 });
    }
    expect(scene.said).toEqual([
      expect.stringMatching(
        /^missed deliveries of octo\/app cannot be looked for: GitHub answered 403 .*GITHUB_TOKEN must be allowed to read the webhooks of octo\/app/,
      ),
    ]);
    scene.git.faults.hooks = undefined;
    await waitUntil(async () => (await recovered(scene)) === 1, { what: 'the push', timeoutMs: 5_000 });
  });

  it('of several processes is done by one', async () => {
    const scene = await openRecoveryScene();
    const project = await scene.project('octo/app');
    scene.setDoor('closed');
    await project.push(pipeline);
    let looks = 0;
    const counted: typeof scene.ports.sent = {
      ...scene.ports.sent,
      sentSince: (...args) => {
        looks += 1;
        return scene.ports.sent.sentSince(...args);
      },
    };
    const loops = Array.from({ length: 4 }, () =>
      startRecovery({ ...scene.ports, sent: counted }, { everyMs: 60_000 }),
    );
    await waitUntil(async () => (await recovered(scene)) === 1, { what: 'the push', timeoutMs: 5_000 });
    await Promise.all(loops.map((loop) => loop.close()));
    expect(looks).toBe(1);
  });
});
