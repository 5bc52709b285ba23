import { describe, expect, it } from 'vitest';
import type { DeliverySummary } from '../../../../src/runs/history.ts';
import { createdAtMs, runWith } from '../memory-history.ts';
import { testApp } from '../test-app.ts';

const delivery: DeliverySummary = {
  id: 'delivery1',
  source: 'github',
  deliveryId: '72d3162e',
  event: 'push',
  repository: 'octo/site',
  receivedAtMs: createdAtMs,
  correlationId: 'c1',
  outcome: 'runs',
  runIds: ['run1'],
};

it('deliveries are listed, filtered and told with their runs', async () => {
  const { app, history } = testApp();
  history.runs.set('run1', runWith());
  history.deliveries.set('delivery1', delivery);
  history.deliveries.set('delivery2', {
    ...delivery,
    id: 'delivery2',
    outcome: 'ignored',
    reason: 'a branch was deleted',
    runIds: [],
  });
  const listed = await app.request('/api/v1/deliveries?outcome=ignored');
  expect(await listed.json()).toMatchObject({ items: [{ id: 'delivery2', reason: 'a branch was deleted' }] });
  expect(await (await app.request('/api/v1/deliveries/delivery1')).json()).toMatchObject({
    receivedAt: '2026-05-04T12:30:00.000Z',
    runs: [{ id: 'run1', status: 'success' }],
  });
  expect((await app.request('/api/v1/deliveries/none')).status).toBe(404);
});

describe('a replay', () => {
  function withDelivery(outcome: DeliverySummary['outcome']) {
    const asked: { deliveryId: string; by: string }[] = [];
    const scene = testApp({
      askReplay: async (deliveryId, by) => {
        if (!scene.history.deliveries.has(deliveryId)) return { answer: 'unknown' };
        if (outcome === 'pending') return { answer: 'pending' };
        asked.push({ deliveryId, by });
        const replay = { replayOf: deliveryId, askedBy: by, outcome: 'pending' } as const;
        scene.history.deliveries.set('delivery2', { ...delivery, ...replay, id: 'delivery2' });
        return { answer: 'written', id: 'delivery2' };
      },
    });
    scene.history.deliveries.set('delivery1', { ...delivery, outcome });
    const post = (id: string, body: object) =>
      scene.app.request(`/api/v1/deliveries/${id}/replay`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    return { ...scene, post, asked };
  }

  it('answers with the new delivery, which says of which one it is and who asked', async () => {
    const { app, post, asked } = withDelivery('ignored');
    const response = await post('delivery1', { by: 'ada' });
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({
      id: 'delivery2',
      replayOf: 'delivery1',
      askedBy: 'ada',
      outcome: 'pending',
    });
    expect(asked).toEqual([{ deliveryId: 'delivery1', by: 'ada' }]);
    const original = await app.request('/api/v1/deliveries/delivery1');
    expect(await original.json()).toMatchObject({ replays: ['delivery2'] });
  });

  it('of a delivery that is not planned yet is refused', async () => {
    const response = await withDelivery('pending').post('delivery1', {});
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({
      code: 'replay-refused',
      detail: expect.stringContaining('tried until it is'),
    });
  });

  it('of no delivery is not found', async () => {
    expect((await withDelivery('ignored').post('none', {})).status).toBe(404);
  });
});

it('a recovered delivery says so', async () => {
  const { app, history } = testApp();
  history.deliveries.set('delivery1', { ...delivery, recovered: true });
  expect(await (await app.request('/api/v1/deliveries/delivery1')).json()).toMatchObject({ recovered: true });
});

it('refusals are counts, and no delivery is called "refusals"', async () => {
  const { app, history } = testApp();
  history.counts.push({ source: 'github', reason: 'signature-mismatch', count: 7, lastAtMs: createdAtMs });
  expect(await (await app.request('/api/v1/deliveries/refusals')).json()).toEqual({
    items: [{ source: 'github', reason: 'signature-mismatch', count: 7, lastAt: '2026-05-04T12:30:00.000Z' }],
  });
});
