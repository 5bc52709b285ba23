import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../../src/errors.ts';
import { runWith } from './memory-history.ts';
import { testApp } from './test-app.ts';

const key = 'a-key-of-some-length';
const bearer = { authorization: `Bearer ${key}` };
const pages = new Hono().get('/', (context) => context.html('<h1>Runs</h1>'));

async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const problem = (await response.json()) as Record<string, unknown>;
  expect(problem).toMatchObject({ type: 'about:blank', status: response.status });
  expect(response.headers.get('x-correlation-id')).toBe(problem['correlationId']);
  return problem;
}

describe('every answer', () => {
  it('carries a correlation id: the caller’s own when it is well formed, else a new one', async () => {
    const { app } = testApp({ newId: () => 'made-here' });
    const own = await app.request('/healthz', { headers: { 'x-correlation-id': 'from-caller-1' } });
    expect(own.headers.get('x-correlation-id')).toBe('from-caller-1');
    const forged = await app.request('/healthz', { headers: { 'x-correlation-id': '{"level":"fatal"}' } });
    expect(forged.headers.get('x-correlation-id')).toBe('made-here');
  });

  it('tells browsers not to sniff, frame or load from elsewhere, unless the page says otherwise', async () => {
    const own = new Hono().get('/own', (context) =>
      context.html('x', 200, { 'content-security-policy': "script-src 'none'" }),
    );
    const { app } = testApp({ pages: own });
    const { headers } = await app.request('/api/v1/runs');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.has('strict-transport-security')).toBe(false);
    expect((await app.request('/own')).headers.get('content-security-policy')).toBe("script-src 'none'");
  });
});

describe('errors are problems', () => {
  it('404 for what is not there, under the API and among webhooks', async () => {
    const { app } = testApp();
    expect(await problemOf(await app.request('/api/v1/nothing'))).toMatchObject({
      status: 404,
      code: 'not-found',
    });
    expect(await problemOf(await app.request('/webhooks/nothing', { method: 'POST' }))).toMatchObject({
      status: 404,
    });
    expect(await problemOf(await app.request('/api/v1/runs/none'))).toMatchObject({
      status: 404,
      code: 'run-not-found',
      detail: 'there is no run "none"',
    });
  });

  it('405 with what is allowed', async () => {
    const response = await testApp().app.request('/api/v1/runs', { method: 'DELETE' });
    expect(response.headers.get('allow')).toBe('GET, HEAD');
    expect(await problemOf(response)).toMatchObject({ status: 405, code: 'method-not-allowed' });
  });

  it.each([
    ['limit=0', 'limit', 'must be at least 1'],
    ['limit=101', 'limit', 'must be at most 100'],
    ['limit=many', 'limit', 'must be a number from 1 to 100'],
    ['status=done', 'status', 'must be one of queued, waiting, running'],
    ['sha=abc', 'sha', 'must be a commit id in hex'],
    ['repo=octo/site', 'repo', 'there is no such parameter here'],
  ])('400 for ?%s, with the parameter named', async (query, name, detail) => {
    const problem = await problemOf(await testApp().app.request(`/api/v1/runs?${query}`));
    expect(problem).toMatchObject({
      status: 400,
      code: 'bad-parameter',
      parameters: [{ name, in: 'query', detail: expect.stringContaining(detail) }],
    });
  });

  it('names every wrong parameter at once', async () => {
    const problem = await problemOf(await testApp().app.request('/api/v1/runs?limit=0&event=none'));
    expect(problem['parameters']).toHaveLength(2);
  });

  it('400 for a cursor that no page gave out', async () => {
    const { app, history } = testApp();
    history.listRuns = async () => {
      throw new Refusal('bad-cursor', 'before is "x", which is the `next` of no page');
    };
    expect(await problemOf(await app.request('/api/v1/runs?before=x'))).toMatchObject({
      code: 'bad-parameter',
      parameters: [{ name: 'before' }],
    });
  });

  it('500 for a bug, without a word of what it was', async () => {
    const { app, history } = testApp();
    history.run = async () => {
      throw new Error('secret detail');
    };
    const problem = await problemOf(await app.request('/api/v1/runs/run1'));
    expect(problem).toMatchObject({ status: 500, code: 'internal-error' });
    expect(JSON.stringify(problem)).not.toContain('secret');
  });

  it('keeps the status that a library threw', async () => {
    const broken = new Hono().get('/page', () => {
      throw new HTTPException(418, { message: 'short and stout' });
    });
    const response = await testApp({ pages: broken }).app.request('/page');
    expect(await problemOf(response)).toMatchObject({ status: 418, detail: 'short and stout' });
  });
});

describe('with a key', () => {
  const options = { apiKey: key, pages };

  it('the API takes the key as a bearer token and nothing else', async () => {
    const { app } = testApp(options);
    expect((await app.request('/api/v1/runs', { headers: bearer })).status).toBe(200);
    const missing = await app.request('/api/v1/runs');
    expect(missing.headers.get('www-authenticate')).toBe('Bearer realm="hookline"');
    expect(await problemOf(missing)).toMatchObject({ status: 401, code: 'key-missing' });
    for (const authorization of ['Bearer wrong', `Basic ${key}`, 'Bearer', `Bearer ${key} x`]) {
      const wrong = await app.request('/api/v1/runs', { headers: { authorization } });
      expect(await problemOf(wrong)).toMatchObject({ status: 401, code: 'key-wrong' });
    }
  });

  it('says nothing of which paths exist to whoever lacks the key', async () => {
    const { app } = testApp(options);
    expect((await app.request('/api/v1/nothing')).status).toBe(401);
    expect((await app.request('/api/v1/openapi.json')).status).toBe(401);
    expect((await app.request('/api/v1/runs', { method: 'DELETE' })).status).toBe(401);
  });

  it('health is open', async () => {
    const { app } = testApp(options);
    expect((await app.request('/healthz')).status).toBe(200);
    expect((await app.request('/readyz')).status).toBe(200);
  });
});

describe('without a key', () => {
  it('the service answers to loopback names alone, save health', async () => {
    const { app, history } = testApp({ pages });
    history.runs.set('run1', runWith());
    for (const host of ['localhost:8080', '127.0.0.1', '[::1]:8080']) {
      expect((await app.request(`http://${host}/api/v1/runs`)).status).toBe(200);
    }
    for (const path of ['/api/v1/runs', '/']) {
      const response = await app.request(`http://rebound.example${path}`);
      expect(await problemOf(response)).toMatchObject({ status: 403, code: 'host-not-allowed' });
    }
    expect((await app.request('http://10.0.0.1/healthz')).status).toBe(200);
  });
});

describe('health', () => {
  it('is not ready while a part is not, and says which', async () => {
    const { app } = testApp({ ready: async () => ({ store: 'ok', redis: 'no answer' }) });
    const response = await app.request('/readyz');
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      status: 'not ready',
      parts: { store: 'ok', redis: 'no answer' },
    });
    expect((await app.request('/healthz')).status).toBe(200);
  });

  it('is not ready when its parts cannot be looked at', async () => {
    const { app } = testApp({ ready: () => Promise.reject(new Error('boom at 10.0.0.3')) });
    const response = await app.request('/readyz');
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain('10.0.0.3');
  });

  it('is not ready while the server drains', async () => {
    const { app } = testApp();
    const response = await app.request('/readyz', {}, { stopping: AbortSignal.abort() });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ parts: { service: 'draining' } });
  });
});
