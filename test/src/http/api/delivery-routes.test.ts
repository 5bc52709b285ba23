import { expect, it } from 'vitest';
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

it('refusals are counts, and no delivery is called "refusals"', async () => {
  const { app, history } = testApp();
  history.counts.push({ source: 'github', reason: 'signature-mismatch', count: 7, lastAtMs: createdAtMs });
  expect(await (await app.request('/api/v1/deliveries/refusals')).json()).toEqual({
    items: [{ source: 'github', reason: 'signature-mismatch', count: 7, lastAt: '2026-05-04T12:30:00.000Z' }],
  });
});
