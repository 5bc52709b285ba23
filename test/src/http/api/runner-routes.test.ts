import { describe, expect, it, onTestFinished } from 'vitest';
import { createOrderRunners } from '../../../../src/runs/order-runners.ts';
import { openSqlite } from '../../../../src/sql/open-sqlite.ts';
import { createSqlRunners } from '../../../../src/sql/sql-runners.ts';
import { createPages } from '../../../../src/web/pages.ts';
import { heard } from '../../../contracts/runner-registry-contract.ts';
import { createMemoryHistory } from '../../web/memory-history.ts';
import { testApp } from '../test-app.ts';

const now = () => 10_000;

async function openApp() {
  const db = await openSqlite(':memory:');
  onTestFinished(() => db.destroy());
  const registry = createSqlRunners(db);
  const runners = { registry, orderRunners: createOrderRunners(registry, now) };
  await registry.note(heard({ seenAtMs: 9_000 }));
  await registry.note(heard({ id: 'bb-1', name: '<b>two</b>', kind: 'deployments', seenAtMs: 9_000 }));
  const history = createMemoryHistory({ runs: [], deliveries: [] });
  const { app } = testApp({ runners, now, pages: createPages({ history, now, runners }) });
  const ask = (path: string, body: unknown = {}) =>
    app.request(`http://localhost:8080/api/v1/runners/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const list = async () => {
    const response = await app.request('http://localhost:8080/api/v1/runners');
    return (await response.json()) as { items: { id: string; status: string }[]; all?: unknown };
  };
  const page = async () => (await app.request('http://localhost:8080/runners')).text();
  return { app, ask, list, page };
}

describe('the runners, by the API', () => {
  it('are listed, each as it is', async () => {
    const { list } = await openApp();
    expect((await list()).items).toMatchObject([
      { id: 'bb-1', kind: 'deployments', status: 'ready' },
      { id: 'aa-1', name: 'host-1', status: 'ready', labels: ['amd64', 'linux'], slots: 2, busy: 0 },
    ]);
  });

  it('are ordered by id, by the name of their host, or all at once', async () => {
    const { ask, list } = await openApp();
    expect(await (await ask('aa-1/drain', { by: 'ann' })).json()).toMatchObject({
      items: [{ id: 'aa-1', status: 'draining', order: { order: 'drain', by: 'ann' } }],
    });
    await ask('host-1/pause');
    expect((await list()).items.map(({ status }) => status)).toEqual(['ready', 'paused']);
    await ask('host-1/resume');
    await ask('*/pause', { by: 'bob' });
    expect(await list()).toMatchObject({
      all: { order: 'pause', by: 'bob' },
      items: [{ status: 'paused' }, { status: 'paused' }],
    });
  });

  it('refuse what is not there, naming what is', async () => {
    const { ask } = await openApp();
    const unknown = await ask('host-9/drain');
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({
      code: 'runner-not-found',
      detail: 'there is no runner "host-9"; known: <b>two</b>, host-1',
    });
    expect((await ask('aa-1/stop')).status).toBe(400);
  });
});

describe('the page of the runners', () => {
  it('shows them, and takes orders by plain forms', async () => {
    const { app, page } = await openApp();
    expect(await page()).toContain('&lt;b&gt;two&lt;/b&gt;');
    const ordered = await app.request('http://localhost:8080/runners/aa-1/pause', { method: 'POST' });
    expect([ordered.status, ordered.headers.get('location')]).toEqual([303, '/runners']);
    expect(await page()).toContain('paused by');
  });
});
