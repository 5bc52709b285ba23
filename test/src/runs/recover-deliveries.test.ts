import { describe, expect, it } from 'vitest';
import { recoverDeliveries } from '../../../src/runs/recover-deliveries.ts';
import { openRecoveryScene, type RecoveryScene } from './recovery-scene.ts';

const signal = new AbortController().signal;
const pipeline = 'jobs:\n  test:\n    steps: [npm test]\n';

/** One look at a repository, as the loop does it. */
async function look(scene: RecoveryScene, repository: string) {
  const active = await scene.store.repositories(0);
  const nowMs = scene.ports.now();
  const claimed = await scene.store.claim(repository, { nowMs, unlessSinceMs: nowMs + 1 });
  if (!claimed) throw new Error('the look is always free here');
  const hookId = active.find((entry) => entry.repository === repository)?.hookId;
  return recoverDeliveries(
    { repository, ...(hookId === undefined ? {} : { hookId }), ...claimed },
    scene.ports,
    signal,
  );
}

describe('a delivery that never arrived', () => {
  it('is found in the log of GitHub and recorded, marked as recovered', async () => {
    const scene = await openRecoveryScene();
    const project = await scene.project('octo/app');
    scene.setDoor('closed');
    const sha = await project.push(pipeline);
    expect(await look(scene, 'octo/app')).toBe(1);
    const [ping, push] = await scene.deliveries();
    expect(ping).toMatchObject({ event: 'ping' });
    expect(ping?.recovered).toBeUndefined();
    const sent = scene.git.deliveries().at(-1);
    expect(push).toMatchObject({
      event: 'push',
      repository: 'octo/app',
      deliveryId: sent?.guid,
      outcome: 'pending',
      recovered: true,
    });
    const { body } = await scene.db
      .selectFrom('deliveries')
      .select('body')
      .where('recovered', '=', 1)
      .executeTakeFirstOrThrow();
    const payload: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    expect(payload).toEqual(sent?.payload);
    expect(payload).toMatchObject({ after: sha });
    expect(scene.said.join('\n')).toContain('recovered: push of octo/app');
  });

  it('is recorded once, though it is looked for again and arrives late', async () => {
    const scene = await openRecoveryScene();
    const project = await scene.project('octo/app');
    scene.setDoor('closed');
    await project.push(pipeline);
    const missed = scene.git.deliveries().at(-1);
    expect(await look(scene, 'octo/app')).toBe(1);
    expect(await look(scene, 'octo/app')).toBe(0);
    scene.setDoor('open');
    expect((await scene.git.redeliver(missed?.id ?? 0)).response).toMatchObject({
      status: 202,
      body: expect.stringContaining('"duplicate":true'),
    });
    expect(await scene.deliveries()).toHaveLength(2);
  });

  it('comes in the order in which it was pushed', async () => {
    const scene = await openRecoveryScene();
    const project = await scene.project('octo/app');
    scene.setDoor('closed');
    const shas = [await project.push(pipeline), await project.push(pipeline), await project.push(pipeline)];
    expect(await look(scene, 'octo/app')).toBe(3);
    const sent = new Map(scene.git.deliveries().map(({ guid, payload }) => [guid, payload]));
    const found = (await scene.deliveries()).filter(({ recovered }) => recovered);
    expect(found.map(({ deliveryId }) => sent.get(deliveryId))).toMatchObject(
      shas.map((after) => ({ after })),
    );
  });

  it('is taken although its signature was refused: GitHub itself says that it is true', async () => {
    const scene = await openRecoveryScene();
    const project = await scene.project('octo/app', { secret: 'not the one we agreed on' });
    await project.push(pipeline);
    expect(scene.git.deliveries().at(-1)?.response?.status).toBe(401);
    expect(await look(scene, 'octo/app')).toBe(2);
    expect((await scene.deliveries()).map(({ event }) => event)).toEqual(['ping', 'push']);
  });

  it('of a repository nothing ever came from is found by the address of its webhook', async () => {
    const scene = await openRecoveryScene();
    await scene.git.createRepository('octo/other');
    await scene.git.addHook('octo/other', { url: 'http://127.0.0.1:9/elsewhere', secret: 'x' });
    await expect(look(scene, 'octo/other')).rejects.toThrow('octo/other has no webhook of its own');
    scene.setDoor('closed');
    await scene.git.addHook('octo/other', { url: scene.hookUrl, secret: 'x' });
    expect(await look(scene, 'octo/other')).toBe(1);
    expect(await scene.deliveries()).toMatchObject([{ event: 'ping', repository: 'octo/other' }]);
  });
});

describe('a delivery that somebody else answered for', () => {
  it('is taken when this service has looked at the repository before', async () => {
    const scene = await openRecoveryScene();
    const project = await scene.project('octo/app');
    await look(scene, 'octo/app');
    scene.setDoor(200);
    await project.push(pipeline);
    expect(await look(scene, 'octo/app')).toBe(1);
  });

  it('is left alone when it has not: the webhook may have led elsewhere', async () => {
    const scene = await openRecoveryScene();
    const project = await scene.project('octo/app');
    scene.setDoor(200);
    await project.push(pipeline);
    expect(await look(scene, 'octo/app')).toBe(0);
  });
});

describe('a look at the log of GitHub', () => {
  it('goes back to the one before and no further', async () => {
    const scene = await openRecoveryScene();
    const project = await scene.project('octo/app');
    scene.setDoor('closed');
    await project.push(pipeline);
    // As if nothing were missing for a long time.
    const nowMs = scene.ports.now();
    await scene.store.claim('octo/app', { nowMs, unlessSinceMs: nowMs });
    await scene.store.complete('octo/app', nowMs + 3_600_000);
    expect(await look(scene, 'octo/app')).toBe(0);
  });

  it('leaves out what GitHub would have forgotten, and moves on', async () => {
    const scene = await openRecoveryScene();
    const project = await scene.project('octo/app');
    scene.setDoor('closed');
    await project.push(pipeline);
    scene.sleep(4 * 24 * 3_600_000);
    expect(await look(scene, 'octo/app')).toBe(0);
  });

  it('follows the pages', async () => {
    const scene = await openRecoveryScene();
    const project = await scene.project('octo/app');
    scene.setDoor('closed');
    await project.push(pipeline);
    const missed = scene.git.deliveries().at(-1)?.id ?? 0;
    for (let times = 0; times < 130; times += 1) await scene.git.redeliver(missed);
    expect(await look(scene, 'octo/app')).toBe(1);
    const { attempts } = await scene.ports.sent.sentSince({ repository: 'octo/app', id: '1' }, 0, { signal });
    expect(attempts).toHaveLength(132);
  });

  it('asks for another webhook when the one of the last delivery is gone', async () => {
    const scene = await openRecoveryScene();
    const project = await scene.project('octo/app');
    scene.setDoor('closed');
    await project.push(pipeline);
    const nowMs = scene.ports.now();
    await scene.store.claim('octo/app', { nowMs, unlessSinceMs: nowMs });
    const given = { repository: 'octo/app', hookId: '999', throughMs: undefined };
    expect(await recoverDeliveries(given, scene.ports, signal)).toBe(1);
  });
});
